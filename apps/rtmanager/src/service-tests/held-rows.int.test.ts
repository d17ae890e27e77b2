import { type FakeDockerEngine, startFakeDockerEngine } from '@galaxy/fake-docker';
import { engineImages, freshDatabase, startRedis, testServers, waitFor } from '@galaxy/testing';
import {
  holdRows,
  KEYS,
  openWorldOn,
  publishStart,
  publishStop,
  type RtmanagerProcess,
  resultsOf,
  untilResults,
  type World,
  written,
} from '@galaxy/verification';
import { afterEach, beforeEach, expect, it } from 'vitest';

const HELD = ['held-1', 'held-2', 'held-3'];
const names = (name: string) => Array.from({ length: 15 }, (_, n) => `${name}-${n}`);
const EVERY_MS = 300;
/** A busy machine may make any start this much slower than the slowest one before. A lock that is waited for costs three seconds, and again. */
const SLACK_MS = 2500;

let world: World;
let rtmanager: RtmanagerProcess;
let docker: FakeDockerEngine;
let postgresUrl: string;
let close: () => Promise<void>;
beforeEach(async () => {
  const [redis, database, engine] = await Promise.all([startRedis(), freshDatabase(testServers().postgresUrl), startFakeDockerEngine()]);
  docker = engine;
  world = openWorldOn({ redisUrl: redis.url, postgresUrl: database.url, dockerHost: docker.host });
  postgresUrl = database.url;
  close = async () => {
    await world.close();
    await Promise.all([redis.stop(), docker.stop(), database.drop()]);
  };
  rtmanager = await world.start();
  await rtmanager.untilReady();
});
afterEach(() => close());

const startAll = (games: readonly string[], image: string = engineImages.current) =>
  Promise.all(games.map((game) => publishStart(world.redis, game, image)));

/** Starts games one after the other. Returns how long the slowest of them waited for its result, in milliseconds. */
async function slowestOf(games: readonly string[]): Promise<number> {
  const one = async (game: string): Promise<number> => {
    const publishedAt = performance.now();
    await publishStart(world.redis, game, engineImages.current);
    await untilResults(world, game, 1);
    return Math.round(performance.now() - publishedAt);
  };
  const answers: Promise<number>[] = [];
  for (const game of games) {
    answers.push(one(game));
    const next = performance.now() + EVERY_MS;
    await waitFor('the next start', () => performance.now() >= next, { everyMs: 20 });
  }
  return Math.max(...(await Promise.all(answers)));
}

async function expectOneSuccessEach(count: number): Promise<void> {
  const results = await written(world.redis, KEYS.results);
  expect(results).toHaveLength(count);
  expect(results.filter(({ outcome }) => outcome !== 'success')).toEqual([]);
  expect(world.problems()).toEqual([]);
}

/** What somebody else may hold of three games, and have forgotten to let go. */
const ROWS = {
  records: "runtime_records where game_id like 'held%'",
  lanes: "runtime_lanes where lane like 'held%'",
} as const;

it.each(Object.entries(ROWS))(
  'all other games go on while somebody holds the %s of three games, and these three afterwards',
  async (_, rows) => {
    await startAll(HELD);
    for (const game of HELD) await untilResults(world, game, 1);
    const alone = await slowestOf(names('before'));
    const held = await holdRows(postgresUrl, rows);
    for (const game of HELD) await publishStop(world.redis, game);
    expect(await slowestOf(names('other'))).toBeLessThan(2 * alone + SLACK_MS);
    for (const game of HELD) expect(await resultsOf(world.redis, game)).toHaveLength(1);
    await held.release();
    for (const game of HELD) expect(await untilResults(world, game, 2)).toHaveLength(2);
    await expectOneSuccessEach(2 * HELD.length + 30);
  },
);

it.each(['runtime_records', 'runtime_operation_log'])(
  'starts go on while as many as there are places for wait for a row of %s',
  async (table) => {
    const alone = await slowestOf(names('before'));
    const games = ['held-1', 'held-2', 'held-3', 'held-4'];
    await startAll(games, engineImages.slowReady);
    const created = `runtime_operation_log where game_id like 'held%' and step = 'created'`;
    await waitFor('their containers', async () => {
      const [row] = await world.sql.unsafe(`select count(*)::int as n from ${created}`);
      return row?.['n'] === games.length;
    });
    const held = await holdRows(postgresUrl, `${table} where game_id like 'held%'`);
    await waitFor('each of them to wait', () => {
      const waiting = rtmanager.log.filter(({ event }) => event === 'finish_waits').map(({ game_id }) => game_id);
      return new Set(waiting).size === games.length;
    });
    expect(await slowestOf(names('other'))).toBeLessThan(2 * alone + SLACK_MS);
    await held.release();
    for (const game of games) await untilResults(world, game, 1);
    await expectOneSuccessEach(games.length + 30);
  },
);
