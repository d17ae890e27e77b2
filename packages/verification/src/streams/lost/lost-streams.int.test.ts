import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FaultProxy, RedisServer } from '@galaxy/testing';
import { startFaultProxy, startRedis, waitFor } from '@galaxy/testing';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DecidedResults, openDecidedResults } from './decided-results.js';
import { openProcess, type PublishingProcess, startLoad } from './publishing-processes.js';
import { expectedByGame, numbersByGame, ReadingLobby, type ReadResult, resultsIn } from './reading-lobby.js';

const GAMES = Array.from({ length: 12 }, (_, n) => `game-${String(n)}`);

let results: DecidedResults;
let opened: (() => unknown)[] = [];

beforeEach(async () => {
  results = await openDecidedResults();
});
afterEach(async () => {
  for (const close of opened.toReversed()) await close();
  opened = [];
  await results.close();
});

async function startServer(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  opened.push(() => server.stop());
  return server;
}

async function startProxy(server: RedisServer): Promise<FaultProxy> {
  const proxy = await startFaultProxy(server.url);
  opened.push(() => proxy.stop());
  return proxy;
}

function look(url: string): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => 20 });
  redis.on('error', () => undefined);
  opened.push(() => redis.disconnect());
  return redis;
}

function lobbyAt(url: string): ReadingLobby {
  const lobby = new ReadingLobby(url);
  opened.push(() => lobby.close());
  return lobby;
}

async function openAt(url: string): Promise<PublishingProcess> {
  const process = await openProcess(url, results.outbox);
  opened.push(() => process.close());
  return process;
}

/** Three processes at one address. The first one relays. */
async function openService(url: string): Promise<PublishingProcess[]> {
  const all = [await openAt(url), await openAt(url), await openAt(url)];
  all[0]?.relayOn();
  return all;
}

const decidedSoFar = () => [...results.decided.values()].reduce((sum, count) => sum + count, 0);
const untilDecided = (count: number) => waitFor(`${String(count)} results`, () => decidedSoFar() >= count);
const untilPublished = () => waitFor('everything published', async () => (await results.outbox.backlog()).pending === 0);

/** Publishes `count` results of each game, one after the other. */
async function publishEach(count: number, processes: readonly PublishingProcess[]): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await Promise.all(GAMES.map(async (game, at) => processes[at % processes.length]?.now([await results.decide(game)])));
  }
  await untilPublished();
}

/** Lobby reads every result once and in order. Only those that it had read and the server has lost (`again`) come once more. */
async function expectExact(lobby: ReadingLobby, again: readonly ReadResult[]): Promise<void> {
  const wanted = decidedSoFar() + again.length;
  const untilRead = async () => (await lobby.readSome(1000)) === 0 && lobby.read.length >= wanted;
  await waitFor(`${String(wanted)} results`, untilRead);
  await untilPublished();
  await lobby.readAll();
  expect(numbersByGame(lobby.read)).toEqual(expectedByGame(results.decided, again));
  expect(lobby.read).toHaveLength(wanted);
}

describe('results that Redis loses are published again, and no others', () => {
  it('after a loss of power that took the last entries of its file', async () => {
    const server = await startServer();
    const [lobby, redis] = [lobbyAt(server.url), look(server.url)];
    const processes = await openService(server.url);
    await publishEach(10, processes);
    const losePower = await server.keepData();
    const kept = new Set((await resultsIn(redis)).map(({ entryId }) => entryId));
    await publishEach(5, processes);
    await lobby.readSome(10 * GAMES.length + 25);
    const again = (await resultsIn(redis)).filter((one) => !kept.has(one.entryId) && lobby.hasRead(one));
    await losePower();
    await expectExact(lobby, again);
    expect(again).toHaveLength(25);
    expect(processes[0]?.events.filter(({ kind }) => kind === 'published_lost')).toMatchObject([{ takenBack: 5 * GAMES.length }]);
  });

  it('after FLUSHALL under load', async () => {
    const server = await startServer();
    const [lobby, redis] = [lobbyAt(server.url), look(server.url)];
    const processes = await openService(server.url);
    const load = startLoad(processes, GAMES, results.decide);
    lobby.readOn();
    await untilDecided(500);
    await lobby.rest();
    const [[, entries] = [null, []]] = (await redis.multi().xrange('runtime:job_results', '-', '+').flushall().exec()) ?? [];
    const again = (entries as [string, string[]][]).map(([entryId]) => entryId);
    const lost = lobby.read.filter(({ entryId }) => again.includes(entryId));
    lobby.readOn();
    await untilDecided(1000);
    await load.end();
    await lobby.rest();
    await expectExact(lobby, lost);
    expect(lost.length).toBeGreaterThan(100);
  });

  it.each([
    ['gone', true],
    ['still there, with a worker connected to it', false],
  ])('after a failover to a replica without the last entries; the old master is %s', async (_, isGone) => {
    const [master, replica] = [await startServer(), await startServer()];
    const proxy = await startProxy(master);
    const [lobby, old, young] = [lobbyAt(proxy.url), look(master.url), look(replica.url)];
    const processes = await openService(proxy.url);
    const onOldMaster = isGone ? [] : [await openAt(master.url)];
    await young.replicaof('127.0.0.1', new URL(master.url).port);
    await publishEach(6, processes);
    await waitFor('the replica', async () => (await young.xlen('runtime:job_results')) === 6 * GAMES.length);
    await young.replicaof('NO', 'ONE');
    await publishEach(4, processes);
    await lobby.readSome(8 * GAMES.length);
    const again = (await resultsIn(old)).slice(6 * GAMES.length, 8 * GAMES.length);

    const load = startLoad([...processes, ...onOldMaster], GAMES, results.decide);
    proxy.pointTo(replica.url);
    if (isGone) await master.kill();
    proxy.resetAll();
    const soFar = decidedSoFar();
    await untilDecided(soFar + 300);
    await load.end();
    // Results that nothing follows, so that no gap shows their loss.
    for (const process of onOldMaster) for (const game of GAMES) await process.now([await results.decide(game)]);
    await expectExact(lobby, again);
    if (!isGone) expect((await resultsIn(old)).length).toBeGreaterThan(10 * GAMES.length);
  });

  it('with ids after those that Lobby has read, also from a server whose clock is behind', async () => {
    const [ahead, behind] = [await startServer(), await startServer()];
    const proxy = await startProxy(ahead);
    const lobby = lobbyAt(proxy.url);
    const redis = look(ahead.url);
    const anHourOn = String(Date.now() + 3_600_000);
    await redis.xgroup('CREATE', 'runtime:job_results', 'making', '0', 'MKSTREAM');
    await redis.call('XSETID', 'runtime:job_results', `${anHourOn}-0`);
    const processes = await openService(proxy.url);
    await publishEach(3, processes);
    await lobby.readSome(2 * GAMES.length);
    const again = (await resultsIn(redis)).slice(0, 2 * GAMES.length);
    proxy.pointTo(behind.url);
    await ahead.kill();
    await waitFor('the results', async () => (await look(behind.url).xlen('runtime:job_results')) === 3 * GAMES.length);
    await publishEach(2, processes);
    await expectExact(lobby, again);
    expect(lobby.read.every(({ entryId }) => entryId.startsWith(anHourOn))).toBe(true);
  });
});

describe('a server that accepts nothing: no result is lost or doubled', () => {
  const refusing: readonly {
    name: string;
    options: Parameters<typeof startRedis>[0];
    refuse: (server: RedisServer) => Promise<unknown>;
    heal: (server: RedisServer) => Promise<unknown>;
    refusal: string;
  }[] = [
    {
      name: 'its disk is full',
      options: { diskMb: 8, args: ['--appendfsync', 'everysec'] },
      refuse: ({ dataDir }) => writeFile(join(dataDir, 'filler'), Buffer.alloc(8 * 1024 * 1024)).catch(() => undefined),
      heal: ({ dataDir }) => rm(join(dataDir, 'filler')),
      refusal: 'MISCONF',
    },
    {
      name: 'its memory is full',
      options: {},
      refuse: ({ url }) => look(url).config('SET', 'maxmemory', '1'),
      heal: ({ url }) => look(url).config('SET', 'maxmemory', '0'),
      refusal: 'OOM',
    },
    {
      name: 'it stands still',
      options: {},
      refuse: async (server) => server.pause(),
      heal: async (server) => server.resume(),
      refusal: 'redis',
    },
  ];

  it.each(refusing)('$name', async ({ options, refuse, heal, refusal }) => {
    const server = await startServer(options);
    const lobby = lobbyAt(server.url);
    const processes = await openService(server.url);
    const load = startLoad(processes, GAMES, results.decide);
    await untilDecided(200);
    await refuse(server);
    const refused = () =>
      processes.flatMap(({ events }) => events.flatMap((event) => (event.kind === 'publish_failed' ? [String(event.error)] : [])));
    await waitFor('a refusal', () => refused().some((error) => error.includes(refusal)));
    await results.decideLetter('start_jobs');
    await waitFor('a backlog', async () => (await results.outbox.backlog()).pending > GAMES.length);
    await heal(server);
    const soFar = decidedSoFar();
    await untilDecided(soFar + 200);
    await load.end();
    await expectExact(lobby, []);
    expect(await look(server.url).xlen('runtime:dead_letters')).toBe(1);
  });

  it('it is killed again and again under load', async () => {
    const server = await startServer();
    const lobby = lobbyAt(server.url);
    const processes = await openService(server.url);
    const load = startLoad(processes, GAMES, results.decide);
    lobby.readOn();
    for (let kills = 1; kills <= 4; kills += 1) {
      await untilDecided(200 * kills);
      await server.kill();
      await server.restart();
    }
    await load.end();
    await lobby.rest();
    await expectExact(lobby, []);
  });
});
