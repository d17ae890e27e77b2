import type { ContainerEngine } from '@galaxy/manager-ports';
import { expect, it } from 'vitest';
import { intercept } from '../test-support/intercept.test-support.js';
import { openShop } from '../test-support/shop.test-support.js';
import { decidedResults, enqueue, makeWorld, operationOf, startJob, type World } from '../test-support/world.test-support.js';

const WINDOW_MS = 600_000;

/** The world's engine, and how often it was asked anything. */
function countedEngine(world: World) {
  const asked = { times: 0 };
  const engine: ContainerEngine = intercept('engine', world.engine, (call) => {
    asked.times += 1;
    return call.go();
  });
  return { asked, engine };
}

const GAMES = Array.from({ length: 40 }, (_, n) => `game-${n}`);

async function tries(hasBreaker: boolean) {
  const world = makeWorld();
  world.engine.goAway();
  for (const game of GAMES) await enqueue(world, startJob(undefined, game));
  const { asked, engine } = countedEngine(world);
  const shop = openShop(world, { engine, breaker: hasBreaker, windowMs: WINDOW_MS });
  await world.clock.advance(60_000);
  shop.close();
  return { claimed: shop.counts.claimed, asked: asked.times };
}

it('jobs wait for the next probe of an engine that is away: it is left alone, and so is the store', async () => {
  const [without, withOne] = [await tries(false), await tries(true)];
  // A second each without a breaker; nothing but the first calls and the probes with one.
  expect(without.claimed).toBeGreaterThan(GAMES.length * 50);
  expect(withOne.claimed).toBeLessThan(without.claimed / 3);
  expect(withOne.asked).toBeLessThan(60);
});

it('all of them are done soon after it is back, without a failure counted', async () => {
  const world = makeWorld();
  world.engine.goAway();
  const opIds = await Promise.all(GAMES.map((game) => enqueue(world, startJob(undefined, game))));
  const shop = openShop(world, { engine: world.engine, windowMs: WINDOW_MS });
  await world.clock.advance(45_000);
  world.engine.comeBack();
  // The longest pause, and a little for the work.
  await world.clock.advance(10_000 + 2000);
  shop.close();
  for (const opId of opIds) expect(operationOf(world, opId)).toMatchObject({ status: 'succeeded' });
  expect(world.events.flatMap((event) => (event.kind === 'claim_released' ? [event.reason] : []))).not.toContain('failure');
});

it.each([3000, 14_000, WINDOW_MS])(
  'a job that waits all the time fails after its window of %i ms, not before it and hardly later',
  async (windowMs) => {
    const world = makeWorld();
    world.engine.goAway();
    await enqueue(world, startJob(undefined, 'waits'));
    const shop = openShop(world, { engine: world.engine, windowMs });
    await world.clock.advance(windowMs - 1);
    expect(decidedResults(world, 'waits')).toEqual([]);
    await world.clock.advance(1000);
    expect(decidedResults(world, 'waits')).toMatchObject([{ errorCode: 'docker_unavailable' }]);
    shop.close();
  },
);

it('a job whose engine is back before its window is over succeeds', async () => {
  const world = makeWorld();
  await enqueue(world, startJob(undefined, 'waits'));
  const shop = openShop(world, { engine: world.engine, windowMs: 30_000 });
  world.engine.goAway();
  await world.clock.advance(20_000);
  world.engine.comeBack();
  await world.clock.advance(12_000);
  expect(decidedResults(world, 'waits')).toMatchObject([{ outcome: 'success' }]);
  shop.close();
});
