import { engineImages, uniqueName, waitFor } from '@galaxy/testing';
import { containersOf, openWorld, publishStart, publishStop, resultsOf, untilResults, type World } from '@galaxy/verification';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

const { current, neverReady, ignoresSigterm } = engineImages;
const FRESH = { outcome: 'success', error_code: '' };

let world: World;
beforeAll(async () => {
  world = await openWorld();
  const slots = { RTMANAGER_START_CONCURRENCY: '2', RTMANAGER_STOP_CONCURRENCY: '2' };
  const rtmanager = await world.start({ ...slots, RTMANAGER_READY_TIMEOUT: '60s', RTMANAGER_STOP_GRACE: '60s' });
  await rtmanager.untilReady();
});
afterEach(() => expect(world.problems()).toEqual([]));
afterAll(() => world.close());

const names = (prefix: string, count: number) => Array.from({ length: count }, () => uniqueName(prefix));
const startAll = (games: readonly string[], image: string) => Promise.all(games.map((game) => publishStart(world.redis, game, image)));
const answers = (games: readonly string[], nth: number) =>
  Promise.all(games.map(async (game) => (await untilResults(world, game, nth))[nth - 1]));

async function untilRunning(games: readonly string[]): Promise<void> {
  await waitFor(`${games.length} containers to run`, async () => {
    const running = (await containersOf(world.docker, world.instance)).filter(({ State }) => State === 'running');
    return games.every((game) => running.some(({ Labels }) => Labels['galaxy.game_id'] === game));
  });
}

it('a game that does not become ready delays no other', async () => {
  const [slow = ''] = names('slow', 1);
  await startAll([slow], neverReady);
  await untilRunning([slow]);
  const others = names('other', 6);
  await startAll(others, current);
  expect(await answers(others, 1)).toMatchObject(others.map(() => FRESH));
  expect(await resultsOf(world.redis, slow)).toEqual([]);
  await publishStop(world.redis, slow);
  await untilResults(world, slow, 2);
});

it('stops succeed while starts fill all their places and a queue', async () => {
  const running = names('running', 3);
  await startAll(running, current);
  await answers(running, 1);
  const [stuck, queued] = [names('stuck', 2), names('queued', 5)];
  await startAll(stuck, neverReady);
  await untilRunning(stuck);
  await startAll(queued, current);
  for (const game of running) await publishStop(world.redis, game);
  expect(await answers(running, 2)).toMatchObject(running.map(() => FRESH));
  for (const game of [...stuck, ...queued]) expect(await resultsOf(world.redis, game), game).toEqual([]);

  for (const game of stuck) await publishStop(world.redis, game);
  expect(await answers(queued, 1)).toMatchObject(queued.map(() => FRESH));
});

it('an engine that does not end delays no other stop and no start', async () => {
  const [stubborn = ''] = names('stubborn', 1);
  const others = names('other', 4);
  await startAll([stubborn], ignoresSigterm);
  await startAll(others, current);
  await answers([stubborn, ...others], 1);
  await publishStop(world.redis, stubborn);
  for (const game of others) await publishStop(world.redis, game);
  expect(await answers(others, 2)).toMatchObject(others.map(() => FRESH));
  const late = names('late', 2);
  await startAll(late, current);
  expect(await answers(late, 1)).toMatchObject(late.map(() => FRESH));
  expect(await resultsOf(world.redis, stubborn)).toHaveLength(1);
});
