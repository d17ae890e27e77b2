import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  engineImages,
  type FreshDatabase,
  freshDatabase,
  type RedisServer,
  startRedis,
  testServers,
  uniqueName,
  waitFor,
} from '@galaxy/testing';
import {
  bundledService,
  containersOf,
  KEYS,
  openWorldOn,
  publishStart,
  publishStop,
  type RtmanagerProcess,
  resultsOf,
  untilResults,
  type World,
} from '@galaxy/verification';
import { afterEach, beforeEach, expect, it } from 'vitest';

const run = promisify(execFile);
const PSQL = ['--quiet', '--set', 'ON_ERROR_STOP=1'];
const IMAGE = engineImages.current;
// All suites share one container engine.
const [KEPT, ENDED, LATER] = [uniqueName('kept'), uniqueName('ended'), uniqueName('later')];

let database: FreshDatabase;
let redis: RedisServer;
let world: World;
let rtmanager: RtmanagerProcess;
let folder: string;

beforeEach(async () => {
  const { postgresUrl, dockerHost } = testServers();
  [database, redis] = await Promise.all([freshDatabase(postgresUrl), startRedis()]);
  world = openWorldOn({ redisUrl: redis.url, postgresUrl: database.url, dockerHost });
  folder = await mkdtemp(join(tmpdir(), 'restored-'));
  rtmanager = await world.start({ RTMANAGER_RECONCILE_INTERVAL: '1s', RTMANAGER_RECONCILE_GRACE: '1s' });
  await rtmanager.untilReady();
});
afterEach(async () => {
  await world.close();
  await Promise.all([redis.stop(), database.drop(), rm(folder, { recursive: true })]);
});

const dump = () => join(folder, 'backup.sql');

/** Makes a backup of the database. */
async function backUp(): Promise<void> {
  await run('pg_dump', ['--dbname', database.url, '--file', dump()]);
}

/** Restores the backup while the service runs, as an operator might in an emergency. */
async function restore(): Promise<void> {
  await makeEmpty();
  await run('psql', [...PSQL, '--dbname', database.url, '--file', dump()]);
}

/** Replaces the database by an empty one. */
async function makeEmpty(): Promise<void> {
  for (const statement of [`drop database ${database.name} with (force)`, `create database ${database.name}`]) {
    await run('psql', [...PSQL, '--dbname', testServers().postgresUrl, '--command', statement]);
  }
}

/** Runs `rtmanager …` as a process of its own. */
async function command(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const main = await bundledService();
  const env = { PATH: process.env['PATH'], ...world.variables };
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env, timeout: 120_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

const runningGames = async () =>
  (await containersOf(world.docker, world.instance))
    .filter(({ State }) => State === 'running')
    .map(({ Labels }) => Labels['galaxy.game_id'])
    .sort();

const untilRestored = () =>
  waitFor('/readyz to say restored', async () => {
    const response = await fetch(`${rtmanager.url}/readyz`);
    const { status, holds } = (await response.json()) as { status: string; holds: Record<string, string> };
    return status === 'restored' && response.status === 503 ? holds['restored'] : null;
  });

const statusOf = async (game: string) =>
  (await world.sql<{ status: string }[]>`select status from runtime_records where game_id = ${game}`)[0]?.status ?? null;

/** Two games run, and a backup is made. Then one of them is stopped and a third one started, and the backup is restored. */
async function restoreAnEarlierState(): Promise<void> {
  for (const game of [KEPT, ENDED]) await publishStart(world.redis, game, IMAGE);
  for (const game of [KEPT, ENDED]) await untilResults(world, game, 1);
  await backUp();
  await publishStop(world.redis, ENDED, 'cancelled');
  await publishStart(world.redis, LATER, IMAGE);
  await untilResults(world, ENDED, 2);
  await untilResults(world, LATER, 1);
  await restore();
}

it('does nothing with a restored database until an operator says `recover --skip`', async () => {
  await restoreAnEarlierState();
  expect(await untilRestored()).toContain('in the database is');
  await publishStop(world.redis, KEPT, 'cancelled');
  const before = await world.redis.xlen(KEYS.results);
  // Longer than two comparisons of records and containers.
  await expect(waitFor('anything to happen', async () => (await runningGames()).length !== 2, { timeoutMs: 4000 })).rejects.toThrow();
  expect(await world.redis.xlen(KEYS.results)).toBe(before);

  expect(await command('recover')).toMatchObject({ code: 1, err: 'rtmanager: give either --replay or --skip\n' });
  const recovered = await command('recover', '--skip');
  expect(recovered).toMatchObject({ code: 0, err: '' });
  expect(recovered.out).toContain(`games whose running container was written into their record: ${LATER}\n`);

  await rtmanager.untilReady();
  expect((await untilResults(world, KEPT, 2)).at(-1)).toMatchObject({ outcome: 'success', error_code: '' });
  await waitFor('the third game to be known as running', async () => (await statusOf(LATER)) === 'running');
  await waitFor('the stopped game to be known as down', async () => (await statusOf(ENDED)) === 'engine_unreachable');
  expect(await runningGames()).toEqual([LATER]);
  expect([(await resultsOf(world.redis, ENDED)).length, (await resultsOf(world.redis, LATER)).length]).toEqual([2, 1]);
  await publishStop(world.redis, LATER, 'cancelled');
  expect((await untilResults(world, LATER, 2)).at(-1)).toMatchObject({ outcome: 'success', error_code: '' });
  expect(await command('recover', '--skip')).toMatchObject({ code: 1 });
});

it('carries out again all jobs since the backup after `recover --replay`', async () => {
  await restoreAnEarlierState();
  await untilRestored();
  expect(await command('recover', '--replay')).toMatchObject({ code: 0, err: '' });
  const ended = await untilResults(world, ENDED, 3);
  expect(ended.at(-1)).toMatchObject({ outcome: 'success' });
  const later = await untilResults(world, LATER, 2);
  expect(later.at(-1)).toMatchObject({ outcome: 'success', error_code: 'replay_no_op' });
  expect(later.at(-1)?.['container_id']).toBe(later[0]?.['container_id']);
  expect(await runningGames()).toEqual([KEPT, LATER]);
  await rtmanager.untilReady();
  expect(await statusOf(ENDED)).toBe('stopped');
});

it('does nothing with an empty database when Redis has results', async () => {
  await publishStart(world.redis, KEPT, IMAGE);
  await untilResults(world, KEPT, 1);
  await rtmanager.end('SIGTERM');
  await makeEmpty();
  rtmanager = await world.start();
  expect(await untilRestored()).toContain('the last message in the database is 0');
  expect(await command('recover', '--skip')).toMatchObject({ code: 0 });
  await rtmanager.untilReady();
  await publishStop(world.redis, KEPT, 'cancelled');
  expect((await untilResults(world, KEPT, 2)).at(-1)).toMatchObject({ outcome: 'success', error_code: '' });
});
