import { type FakeDockerEngine, startFakeDockerEngine } from '@galaxy/fake-docker';
import { engineImages, type FreshDatabase, freshDatabase, type RedisServer, startRedis, testServers, waitFor } from '@galaxy/testing';
import {
  holdRows,
  holdSnapshot,
  jobCount,
  type OpenTransaction,
  openWorldOn,
  publishStart,
  publishStop,
  type RtmanagerProcess,
  untilResults,
  type World,
} from '@galaxy/verification';
import { afterAll, beforeAll, expect, it } from 'vitest';

// `npm run measure` makes 300 starts in each condition. In a run of all tests, this only shows that the measurement still works.
const JOBS = jobCount(25);
const EVERY_MS = 100;
/** What a busy machine may add to a start of a small sample. */
const NOISE_MS = 1500;

let redis: RedisServer;
let database: FreshDatabase;
let docker: FakeDockerEngine;
let world: World;
let rtmanager: RtmanagerProcess;
beforeAll(async () => {
  [redis, database, docker] = await Promise.all([startRedis(), freshDatabase(testServers().postgresUrl), startFakeDockerEngine()]);
  world = openWorldOn({ redisUrl: redis.url, postgresUrl: database.url, dockerHost: docker.host });
  rtmanager = await startManager();
});
afterAll(async () => {
  await world.close();
  await Promise.all([redis.stop(), docker.stop(), database.drop()]);
});

async function startManager(): Promise<RtmanagerProcess> {
  const started = await world.start({ RTMANAGER_LOG_LEVEL: 'info' });
  await started.untilReady();
  return started;
}

async function restartManager(): Promise<void> {
  await rtmanager.end('SIGTERM');
  rtmanager = await startManager();
}

/** The milliseconds from each start to its result, in ascending order. The jobs come at a steady pace. */
async function latencies(name: string): Promise<readonly number[]> {
  const one = async (game: string): Promise<number> => {
    const publishedAt = performance.now();
    await publishStart(world.redis, game, engineImages.current);
    expect(await untilResults(world, game, 1)).toMatchObject([{ outcome: 'success' }]);
    return performance.now() - publishedAt;
  };
  const answers: Promise<number>[] = [];
  for (let n = 0; n < JOBS; n += 1) {
    answers.push(one(`${name}-${n}`));
    const next = performance.now() + EVERY_MS;
    await waitFor('the next start', () => performance.now() >= next, { everyMs: 10 });
  }
  return (await Promise.all(answers)).toSorted((a, b) => a - b);
}

const HELD = ['held-1', 'held-2', 'held-3', 'held-4', 'held-5'];

async function holdFiveGames(): Promise<OpenTransaction> {
  for (const game of HELD) await publishStart(world.redis, game, engineImages.current);
  for (const game of HELD) await untilResults(world, game, 1);
  const held = await holdRows(database.url, "runtime_records where game_id like 'held%'");
  for (const game of HELD) await publishStop(world.redis, game);
  return held;
}

async function serializeByDefault(): Promise<OpenTransaction> {
  const set = (level: string) => world.sql.unsafe(`alter database ${database.name} set default_transaction_isolation = '${level}'`);
  await set('serializable');
  await restartManager();
  return {
    release: async () => {
      await set('read committed');
      await restartManager();
    },
  };
}

const CONDITIONS = {
  'the records of five games are held': holdFiveGames,
  'serializable is the default of the database': serializeByDefault,
  'an old snapshot is open': () => holdSnapshot(database.url),
} as const;

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
const told = (sorted: readonly number[]) => [0.5, 0.99, 1].map((share) => at(sorted, share).toFixed(0)).join(' / ');

it('measures starts of other games under what somebody else does to the database', { timeout: 600_000 }, async () => {
  await latencies('warm-up');
  const alone = await latencies('alone');
  console.log(`${JOBS} starts, one every ${EVERY_MS} ms, ms p50 / p99 / max: undisturbed ${told(alone)}`);
  const late: string[] = [];
  for (const [number, [condition, disturb]] of Object.entries(CONDITIONS).entries()) {
    const disturbance = await disturb();
    const disturbed = await latencies(`disturbed-${number}`);
    await disturbance.release();
    console.log(`  ${condition}: ${told(disturbed)}`);
    if (at(disturbed, 0.99) > 2 * at(alone, 0.99) + NOISE_MS) late.push(condition);
  }
  expect(late).toEqual([]);
  expect(world.problems()).toEqual([]);
});
