import {
  engineImages,
  type FaultProxy,
  freshDatabase,
  type PostgresServer,
  startFaultProxy,
  startPostgres,
  startRedis,
  testServers,
  uniqueName,
  waitFor,
} from '@galaxy/testing';
import { openWorldOn, publishStart, publishStop, type RtmanagerProcess, untilResults, type World } from '@galaxy/verification';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

/** How long the end of the service may take: two seconds for its shutdown, and what a busy machine needs to end a process. */
const END_MS = 3000;

/** Ways in which PostgreSQL is reachable but does not answer. */
const SILENCES = [
  'is stopped by a signal',
  'is behind a network that holds everything',
  'is behind a network that loses everything',
] as const;

let server: PostgresServer;
let proxy: FaultProxy;
let close: () => Promise<void>;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

async function silence(how: (typeof SILENCES)[number]): Promise<void> {
  if (how === 'is stopped by a signal') server.pause();
  else await proxy.set({ kind: how === 'is behind a network that holds everything' ? 'hold' : 'black_hole' });
}

async function speak(): Promise<void> {
  server.resume();
  await proxy.set({ kind: 'pass' });
}

describe.each(SILENCES)('SIGTERM while PostgreSQL %s', (how) => {
  let world: World;
  beforeEach(async () => {
    const [redis, database] = await Promise.all([startRedis(), freshDatabase(server.url)]);
    proxy = await startFaultProxy(database.url);
    world = openWorldOn({ redisUrl: redis.url, postgresUrl: database.url, dockerHost: testServers().dockerHost });
    close = async () => {
      await world.close();
      await Promise.all([proxy.stop(), redis.stop(), database.drop()]);
    };
  });
  afterEach(async () => {
    await speak();
    await close();
  });

  /** Ends the service by SIGTERM. It must end soon, with code 0. */
  async function terminate(rtmanager: RtmanagerProcess): Promise<void> {
    const askedAt = performance.now();
    expect(await rtmanager.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(performance.now() - askedAt).toBeLessThan(END_MS);
  }

  it('ends the service in the middle of its boot', async () => {
    await silence(how);
    const rtmanager = await world.start({ RTMANAGER_POSTGRES_URL: proxy.url });
    await waitFor('it to ask for the schema', () => proxy.taken > 0);
    await terminate(rtmanager);
    expect(world.problems()).toEqual([]);
  });

  it('ends the service in the middle of its work, which the next one ends: one result per job', async () => {
    const [starting, stopping] = [uniqueName('game'), uniqueName('game')];
    const rtmanager = await world.start({ RTMANAGER_POSTGRES_URL: proxy.url });
    await publishStart(world.redis, stopping, engineImages.current);
    await untilResults(world, stopping, 1);
    await publishStart(world.redis, starting, engineImages.slowReady);
    await waitFor('the start to be claimed', () =>
      rtmanager.log.some(({ event, game_id }) => event === 'operation_claimed' && game_id === starting),
    );
    await publishStop(world.redis, stopping);
    await silence(how);
    await terminate(rtmanager);

    await speak();
    await world.start();
    expect(await untilResults(world, starting, 1)).toMatchObject([{ outcome: 'success', error_code: '' }]);
    expect((await untilResults(world, stopping, 2))[1]).toMatchObject({ outcome: 'success', error_code: '' });
    expect(world.problems()).toEqual([]);
  });
});
