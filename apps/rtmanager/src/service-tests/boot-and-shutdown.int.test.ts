import { engineImages, type FaultProxy, freePort, startFaultProxy, startRegistry, uniqueName, waitFor } from '@galaxy/testing';
import {
  containersOf,
  openWorld,
  publishStart,
  publishStop,
  type RtmanagerProcess,
  resultsOf,
  startRtmanager,
  untilResults,
  type World,
} from '@galaxy/verification';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const SERVERS = ['redis', 'postgres', 'container_engine'] as const;
type Server = (typeof SERVERS)[number];

let world: World;
let proxies: Record<Server, FaultProxy>;
let behindProxies: Record<string, string>;
let rtmanager: RtmanagerProcess;
beforeAll(async () => {
  world = await openWorld();
  const { RTMANAGER_REDIS_URL = '', RTMANAGER_POSTGRES_URL = '', RTMANAGER_DOCKER_HOST = '' } = world.variables;
  const [redis, postgres, container_engine] = (await Promise.all(
    [RTMANAGER_REDIS_URL, RTMANAGER_POSTGRES_URL, RTMANAGER_DOCKER_HOST].map(startFaultProxy),
  )) as [FaultProxy, FaultProxy, FaultProxy];
  proxies = { redis, postgres, container_engine };
  behindProxies = { RTMANAGER_REDIS_URL: redis.url, RTMANAGER_POSTGRES_URL: postgres.url, RTMANAGER_DOCKER_HOST: container_engine.url };
});
afterEach(async () => {
  await Promise.all(Object.values(proxies).map((proxy) => proxy.set({ kind: 'pass' })));
  // By SIGTERM, so that the next process need not wait until the lease of this one expires.
  await rtmanager.end('SIGTERM');
  expect(world.problems()).toEqual([]);
});
afterAll(async () => {
  await world.close();
  await Promise.all(Object.values(proxies).map((proxy) => proxy.stop()));
});

const missing = async (): Promise<readonly string[]> =>
  Object.entries((await rtmanager.readyz()).dependencies).flatMap(([name, { ok }]) => (ok ? [] : [name]));

/** Ends the service by SIGTERM. Returns how it ended and how long that took. */
async function terminate() {
  const askedAt = performance.now();
  const exit = await rtmanager.end('SIGTERM');
  return { exit, ms: performance.now() - askedAt };
}

async function untilRunning(gameId: string): Promise<void> {
  await waitFor(`the container of ${gameId} to run`, async () =>
    (await containersOf(world.docker, world.instance)).some(
      ({ Labels, State }) => Labels['galaxy.game_id'] === gameId && State === 'running',
    ),
  );
}

describe.each([
  ['is not there', 'refuse'],
  ['does not answer', 'hold'],
] as const)('at its start, when a server %s', (_, kind) => {
  it.each([
    ['redis', ['redis']],
    ['postgres', ['boot', 'postgres']],
    ['container_engine', ['container_engine']],
    ['every server', ['boot', 'container_engine', 'postgres', 'redis']],
  ])('%s: it stays up, says so, and takes up its work when the server comes', async (which, names) => {
    const away = SERVERS.filter((name) => which === name || which === 'every server');
    await Promise.all(away.map((name) => proxies[name].set({ kind })));
    const gameId = uniqueName('game');
    await publishStart(world.redis, gameId, engineImages.current);
    rtmanager = await world.start(behindProxies);
    await waitFor('/readyz to miss just these', async () => (await missing()).toSorted().join() === names.join());
    const { status, dependencies } = await rtmanager.readyz();
    expect(status).toBe(503);
    for (const name of names) expect(dependencies[name]?.why, name).toMatch(/\w{3}/);
    expect((await fetch(`${rtmanager.url}/livez`)).status).toBe(200);
    expect(await resultsOf(world.redis, gameId)).toEqual([]);

    await Promise.all(away.map((name) => proxies[name].set({ kind: 'pass' })));
    expect(await untilResults(world, gameId, 1)).toMatchObject([{ outcome: 'success', error_code: '' }]);
    await rtmanager.untilReady();
  });

  it.each(SERVERS)('%s: it still ends when it is asked to', async (which) => {
    await proxies[which].set({ kind });
    rtmanager = await world.start(behindProxies);
    await waitFor('/readyz to miss it', async () => (await missing()).includes(which));
    const { exit, ms } = await terminate();
    expect(exit).toEqual({ code: 0, signal: null });
    expect(ms).toBeLessThan(5000);
  });
});

describe('SIGTERM', () => {
  it('ends an idle service with code 0', async () => {
    rtmanager = await world.start();
    await rtmanager.untilReady();
    const { exit, ms } = await terminate();
    expect(exit).toEqual({ code: 0, signal: null });
    expect(ms).toBeLessThan(3000);
  });

  it('in the middle of a start releases it, and the next process ends it: one result', async () => {
    const gameId = uniqueName('game');
    rtmanager = await world.start();
    await publishStart(world.redis, gameId, engineImages.slowReady);
    await untilRunning(gameId);
    const { exit, ms } = await terminate();
    expect(exit).toEqual({ code: 0, signal: null });
    expect(ms).toBeLessThan(3000);
    expect(await resultsOf(world.redis, gameId)).toEqual([]);

    rtmanager = await world.start();
    await untilResults(world, gameId, 1);
    await publishStop(world.redis, gameId);
    const results = await untilResults(world, gameId, 2);
    expect(results).toMatchObject([
      { outcome: 'success', error_code: '' },
      { outcome: 'success', error_code: '' },
    ]);
    expect(results[1]?.['container_id']).toBe(results[0]?.['container_id']);
  });

  it('in the middle of a pull releases the start, too', async () => {
    const registry = await startRegistry();
    const gameId = uniqueName('game');
    const { ref } = await registry.publish(engineImages.current, `games/${uniqueName('engine')}:1.0.0`);
    registry.behave('stall');
    rtmanager = await world.start();
    await publishStart(world.redis, gameId, ref);
    await waitFor('the pull to stall', () => registry.requests.some((request) => request.includes('/blobs/')));
    const { exit, ms } = await terminate();
    expect(exit).toEqual({ code: 0, signal: null });
    expect(ms).toBeLessThan(3000);

    registry.behave('serve');
    rtmanager = await world.start();
    expect(await untilResults(world, gameId, 1)).toMatchObject([{ outcome: 'success', error_code: '' }]);
    await registry.stop();
  });

  it('given twice ends it at once, with code 1', async () => {
    const gameId = uniqueName('game');
    rtmanager = await world.start(behindProxies);
    await publishStart(world.redis, gameId, engineImages.neverReady);
    await untilRunning(gameId);
    // After the first SIGTERM, the service has to wait for calls that are not answered.
    await Promise.all(Object.values(proxies).map((proxy) => proxy.set({ kind: 'hold' })));
    rtmanager.signal('SIGTERM');
    await waitFor('the first signal to be heard', () => rtmanager.log.some(({ msg }) => msg === 'service stopping'));
    const { exit, ms } = await terminate();
    expect(exit).toEqual({ code: 1, signal: null });
    // Less than the time that the service would wait after the first signal.
    expect(ms).toBeLessThan(1500);

    await Promise.all(Object.values(proxies).map((proxy) => proxy.set({ kind: 'pass' })));
    await publishStop(world.redis, gameId);
    rtmanager = await world.start();
    expect(await untilResults(world, gameId, 2)).toMatchObject([{ error_code: 'start_superseded' }, { error_code: 'replay_no_op' }]);
  });
});

describe('a wrong configuration', () => {
  it('is refused with every problem at once, and code 78', async () => {
    const rtmanager = await startRtmanager({
      RTMANAGER_REDIS_URL: 'http://nowhere',
      RTMANAGER_POSTGRES_URL: world.variables['RTMANAGER_POSTGRES_URL'] ?? '',
      RTMANAGER_READY_TIMEOUT: 'soon',
      RTMANAGER_START_CONCURRENCY: '0',
      RTMANAGER_HTTP_ADDR: '0.0.0.0:0',
    });
    expect(await rtmanager.exited).toEqual({ code: 78, signal: null });
    const named = rtmanager.stderr().match(/^ {2}RTMANAGER_\w+(?=:)/gm);
    expect(named?.map((name) => name.trim()).toSorted()).toEqual([
      'RTMANAGER_DOCKER_HOST',
      'RTMANAGER_HTTP_ADDR',
      'RTMANAGER_READY_TIMEOUT',
      'RTMANAGER_REDIS_URL',
      'RTMANAGER_START_CONCURRENCY',
    ]);
    expect(rtmanager.log).toEqual([]);
  });

  it('is refused when a server is not named at all', async () => {
    const rtmanager = await startRtmanager({});
    expect(await rtmanager.exited).toEqual({ code: 78, signal: null });
    for (const name of ['REDIS_URL', 'POSTGRES_URL', 'DOCKER_HOST']) expect(rtmanager.stderr()).toContain(`RTMANAGER_${name}: is required`);
  });

  it('is refused when other machines could reach the HTTP interface', async () => {
    const rtmanager = await startRtmanager({ ...world.variables, RTMANAGER_HTTP_ADDR: `0.0.0.0:${await freePort()}` });
    expect(await rtmanager.exited).toEqual({ code: 78, signal: null });
    expect(rtmanager.stderr()).toContain('RTMANAGER_HTTP_ADDR: only a loopback address');
  });
});
