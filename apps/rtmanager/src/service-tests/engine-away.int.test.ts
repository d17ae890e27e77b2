import { engineImages, type FaultProxy, startFaultProxy, uniqueName } from '@galaxy/testing';
import { openWorld, publishStart, publishStop, untilResults, type World } from '@galaxy/verification';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

const UNAVAILABLE = { outcome: 'failure', error_code: 'docker_unavailable', container_id: '', engine_endpoint: '' };
const FRESH = { outcome: 'success', error_code: '' };

let world: World;
let proxy: FaultProxy;
beforeAll(async () => {
  world = await openWorld();
  proxy = await startFaultProxy(world.variables['RTMANAGER_DOCKER_HOST'] ?? '');
  const rtmanager = await world.start({ RTMANAGER_DOCKER_HOST: proxy.url, RTMANAGER_DOCKER_UNAVAILABLE_WINDOW: '3s' });
  await rtmanager.untilReady();
});
afterEach(async () => {
  await proxy.set({ kind: 'pass' });
  expect(world.problems()).toEqual([]);
});
afterAll(async () => {
  await world.close();
  await proxy.stop();
});

async function statusOf(gameId: string): Promise<string | undefined> {
  const [row] = await world.sql<{ status: string }[]>`select status from runtime_records where game_id = ${gameId}`;
  return row?.status;
}

it.each([['refuse'], ['hold']] as const)(
  'an engine away for longer than the window (%s) fails a start, and the next one works',
  async (kind) => {
    const gameId = uniqueName('game');
    await proxy.set({ kind });
    await publishStart(world.redis, gameId, engineImages.current);
    expect(await untilResults(world, gameId, 1)).toMatchObject([UNAVAILABLE]);
    await proxy.set({ kind: 'pass' });
    await publishStart(world.redis, gameId, engineImages.current);
    expect((await untilResults(world, gameId, 2))[1]).toMatchObject(FRESH);
  },
);

it('an engine away for longer than the window fails a stop, the game counts as running still, and the next stop works', async () => {
  const gameId = uniqueName('game');
  await publishStart(world.redis, gameId, engineImages.current);
  await untilResults(world, gameId, 1);
  await proxy.set({ kind: 'refuse' });
  await publishStop(world.redis, gameId);
  expect((await untilResults(world, gameId, 2))[1]).toMatchObject(UNAVAILABLE);
  expect(await statusOf(gameId)).toBe('running');
  await proxy.set({ kind: 'pass' });
  await publishStop(world.redis, gameId);
  expect((await untilResults(world, gameId, 3))[2]).toMatchObject(FRESH);
  expect(await statusOf(gameId)).toBe('stopped');
});

it('an engine away for less than the window fails nothing', async () => {
  const gameId = uniqueName('game');
  await proxy.set({ kind: 'refuse' });
  await publishStart(world.redis, gameId, engineImages.current);
  setTimeout(() => void proxy.set({ kind: 'pass' }), 1500);
  expect(await untilResults(world, gameId, 1)).toMatchObject([FRESH]);
});
