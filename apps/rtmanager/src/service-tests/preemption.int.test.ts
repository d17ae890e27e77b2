import { engineImages, startRegistry, type TestRegistry, uniqueName, waitFor } from '@galaxy/testing';
import { containersOf, openWorld, publish, publishStart, publishStop, untilResults, type World } from '@galaxy/verification';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

let world: World;
let registry: TestRegistry;
beforeAll(async () => {
  [world, registry] = await Promise.all([openWorld(), startRegistry()]);
  const rtmanager = await world.start({ RTMANAGER_START_CONCURRENCY: '4', RTMANAGER_READY_TIMEOUT: '20s' });
  await rtmanager.untilReady();
});
afterEach(() => expect(world.problems()).toEqual([]));
afterAll(async () => {
  await world.close();
  await registry.stop();
});

const SUPERSEDED = { outcome: 'failure', error_code: 'start_superseded', container_id: '', engine_endpoint: '' };
const REPLAYED = { outcome: 'success', error_code: 'replay_no_op', container_id: '', engine_endpoint: '' };

const containers = async (gameId: string) =>
  (await containersOf(world.docker, world.instance)).filter(({ Labels }) => Labels['galaxy.game_id'] === gameId);

/** Publishes a stop and waits for both results. Returns them, and how long that took. */
async function stopAndWait(gameId: string) {
  const askedAt = performance.now();
  await publishStop(world.redis, gameId);
  const results = await untilResults(world, gameId, 2);
  return { results, ms: performance.now() - askedAt };
}

it('a stop ends the start of its game that waits for its engine, within two seconds', async () => {
  const gameId = uniqueName('game');
  await publishStart(world.redis, gameId, engineImages.neverReady);
  await waitFor('the container to run', async () => (await containers(gameId))[0]?.State === 'running');
  const { results, ms } = await stopAndWait(gameId);
  expect(results).toMatchObject([SUPERSEDED, REPLAYED]);
  expect(ms).toBeLessThan(2500);
  expect(await containers(gameId)).toEqual([]);
});

it('a stop ends the start of its game whose pull stalls, and the pull', async () => {
  const gameId = uniqueName('game');
  const { ref } = await registry.publish(engineImages.current, `games/${uniqueName('engine')}:1.0.0`);
  registry.behave('stall');
  await publishStart(world.redis, gameId, ref);
  await waitFor('the pull to stall', () => registry.requests.some((request) => request.includes('/blobs/')));
  const { results, ms } = await stopAndWait(gameId);
  registry.behave('serve');
  expect(results).toMatchObject([SUPERSEDED, REPLAYED]);
  expect(ms).toBeLessThan(2500);
  expect(await containers(gameId)).toEqual([]);
});

it('a start is superseded before it begins when its stop is there already', async () => {
  const gameId = uniqueName('game');
  const [start, stop] = [
    ['game_id', gameId, 'image_ref', engineImages.current],
    ['game_id', gameId, 'reason', 'cancelled'],
  ] as const;
  await world.redis
    .multi()
    .xadd('runtime:start_jobs', '*', ...start)
    .xadd('runtime:stop_jobs', '*', ...stop)
    .exec();
  expect(await untilResults(world, gameId, 2)).toMatchObject([SUPERSEDED, REPLAYED]);
  const [row] = await world.sql`select op, step from runtime_operation_log where game_id = ${gameId} and op = 'start'`;
  expect(row).toEqual({ op: 'start', step: null });
});

it('an entry of the stop stream that cannot be decoded stops nothing', async () => {
  const gameId = uniqueName('game');
  await publishStart(world.redis, gameId, engineImages.slowReady);
  await publish(world.redis, 'stop_jobs', [
    ['game_id', gameId],
    ['reason', 'bored'],
  ]);
  expect(await untilResults(world, gameId, 2)).toMatchObject([
    { outcome: 'success', error_code: '' },
    { outcome: 'failure', error_code: 'invalid_job' },
  ]);
});

it('a start comes before a stop of the same millisecond, whichever was written first', async () => {
  const gameId = uniqueName('game');
  const ms = Date.now() + 1000;
  await world.redis
    .multi()
    .xadd('runtime:stop_jobs', `${ms}-0`, 'game_id', gameId, 'reason', 'cancelled')
    .xadd('runtime:start_jobs', `${ms}-7`, 'game_id', gameId, 'image_ref', engineImages.current)
    .exec();
  expect(await untilResults(world, gameId, 2)).toMatchObject([SUPERSEDED, REPLAYED]);
});

it('a stop is answered at once although the start of its game waits behind many others', async () => {
  const broken = Array.from({ length: 12 }, () => uniqueName('broken'));
  for (const game of broken) await publishStart(world.redis, game, engineImages.neverReady);
  const gameId = uniqueName('game');
  await publishStart(world.redis, gameId, engineImages.current);
  await waitFor('the start to be queued behind the others', async () => {
    const rows = await world.sql`select status from runtime_operation_log where game_id = ${gameId}`;
    return rows[0]?.['status'] === 'queued';
  });
  const { results, ms } = await stopAndWait(gameId);
  expect(results).toMatchObject([SUPERSEDED, REPLAYED]);
  expect(ms).toBeLessThan(2500);
  const [row] = await world.sql`select step, attempt from runtime_operation_log where game_id = ${gameId} and op = 'start'`;
  expect(row).toEqual({ step: null, attempt: 1 });
  for (const game of broken) await publishStop(world.redis, game);
  for (const game of broken) expect(await untilResults(world, game, 2)).toMatchObject([SUPERSEDED, REPLAYED]);
});
