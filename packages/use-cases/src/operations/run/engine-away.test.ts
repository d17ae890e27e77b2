import { expect, it } from 'vitest';
import { openManager } from '../../test-support/manager-fixture.test-support.js';
import { decidedResults, enqueue, makeWorld, operationOf, startJob } from '../../test-support/world.test-support.js';

const WINDOW_MS = 600_000;
const GAMES = Array.from({ length: 40 }, (_, n) => `game-${n}`);

it('jobs wait for the next probe of an engine that is away: it is left alone, and so is the store', async () => {
  const world = makeWorld();
  world.engine.goAway();
  for (const game of GAMES) await enqueue(world, startJob(undefined, game));
  const asked: string[] = [];
  const process = openManager(world, {
    settings: { unavailableWindowMs: WINDOW_MS },
    onCall: ({ port, method, go }) => {
      if (port === 'engine' || port === 'fleet') asked.push(method);
      return go();
    },
  });
  await world.clock.advance(60_000);
  process.kill();
  const claimed = world.events.filter(({ kind }) => kind === 'operation_claimed').length;
  // Each job would be claimed, and the engine asked, once a second; now nothing but the first calls and the probes asks it.
  expect(claimed).toBeGreaterThan(GAMES.length);
  expect(claimed).toBeLessThan((GAMES.length * 50) / 3);
  expect(asked.length).toBeLessThan(60);
});

it('all of them are done soon after it is back, without a failure counted', async () => {
  const world = makeWorld();
  world.engine.goAway();
  const opIds = await Promise.all(GAMES.map((game) => enqueue(world, startJob(undefined, game))));
  const process = openManager(world, { settings: { unavailableWindowMs: WINDOW_MS } });
  await world.clock.advance(45_000);
  world.engine.comeBack();
  // The longest pause, and a little for the work.
  await world.clock.advance(10_000 + 2000);
  process.kill();
  for (const opId of opIds) expect(operationOf(world, opId)).toMatchObject({ status: 'succeeded' });
  expect(world.events.flatMap((event) => (event.kind === 'claim_released' ? [event.reason] : []))).not.toContain('failure');
});

it.each([3000, 14_000, WINDOW_MS])(
  'a job that waits all the time fails after its window of %i ms, not before it and hardly later',
  async (windowMs) => {
    const world = makeWorld();
    world.engine.goAway();
    await enqueue(world, startJob(undefined, 'waits'));
    const process = openManager(world, { settings: { unavailableWindowMs: windowMs } });
    await world.clock.advance(windowMs - 1);
    expect(decidedResults(world, 'waits')).toEqual([]);
    await world.clock.advance(1000);
    expect(decidedResults(world, 'waits')).toMatchObject([{ errorCode: 'docker_unavailable' }]);
    process.kill();
  },
);

it('a job whose engine is back before its window is over succeeds', async () => {
  const world = makeWorld();
  await enqueue(world, startJob(undefined, 'waits'));
  const process = openManager(world, { settings: { unavailableWindowMs: 30_000 } });
  world.engine.goAway();
  await world.clock.advance(20_000);
  world.engine.comeBack();
  await world.clock.advance(12_000);
  expect(decidedResults(world, 'waits')).toMatchObject([{ outcome: 'success' }]);
  process.kill();
});

it.each([3000, 14_000])(
  'a job that comes when the engine is back succeeds, its window of %i ms being shorter than the outage',
  async (windowMs) => {
    const world = makeWorld();
    world.engine.goAway();
    for (const game of GAMES) await enqueue(world, startJob(undefined, game));
    const process = openManager(world, { settings: { unavailableWindowMs: windowMs } });
    await world.clock.advance(62_000);
    world.engine.comeBack();
    await enqueue(world, startJob(undefined, 'late'));
    await world.clock.advance(windowMs + 1000);
    expect(decidedResults(world, 'late')).toMatchObject([{ outcome: 'success' }]);
    process.kill();
  },
);
