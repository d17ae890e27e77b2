import { type FakeDockerEngine, startFakeDockerEngine } from '@galaxy/fake-docker';
import { engineImages, type FreshDatabase, freshDatabase, type RedisServer, startRedis, testServers, waitFor } from '@galaxy/testing';
import {
  holdRows,
  holdSnapshot,
  jobCount,
  KEYS,
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
const EVERY_MS = 150;
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

/** The milliseconds from each start to its result, by the clock of Redis, in ascending order. The jobs come at a steady pace. */
async function latencies(name: string): Promise<readonly number[]> {
  const published = new Map<string, string>();
  const answered = (await world.redis.xlen(KEYS.results)) + JOBS;
  for (let n = 0; n < JOBS; n += 1) {
    const next = performance.now() + EVERY_MS;
    published.set(`${name}-${n}`, await publishStart(world.redis, `${name}-${n}`, engineImages.current));
    await waitFor('the next start', () => performance.now() >= next, { everyMs: 20 });
  }
  await waitFor('all results', async () => (await world.redis.xlen(KEYS.results)) >= answered, { everyMs: 200, hopeless: world.gone });
  const entries = await world.redis.xrange(KEYS.results, '-', '+');
  const results = new Map(entries.map(([id, fields]) => [fields[fields.indexOf('game_id') + 1], id]));
  const ms = (id: string | undefined) => Number(id?.split('-')[0]);
  return [...published].map(([game, id]) => ms(results.get(game)) - ms(id)).toSorted((one, other) => one - other);
}

const HELD = ['held-1', 'held-2', 'held-3', 'held-4', 'held-5'];

async function holdFiveGames(): Promise<OpenTransaction> {
  for (const game of HELD) await publishStart(world.redis, game, engineImages.current);
  for (const game of HELD) await untilResults(world, game, 1);
  const held = await holdRows(database.url, "runtime_records where game_id like 'held%'");
  for (const game of HELD) await publishStop(world.redis, game);
  return {
    release: async () => {
      await held.release();
      for (const game of HELD) await untilResults(world, game, 2);
    },
  };
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
