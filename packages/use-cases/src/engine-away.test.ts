import type { ContainerEngine } from '@galaxy/ports';
import { expect, it } from 'vitest';
import { makeCircuitBreaker } from './circuit-breaker.js';
import { makeClaimKeeper } from './claim-keeper.js';
import { makeOutboxPublisher } from './publish-outbox.js';
import { SETTINGS, TTL_MS } from './replica.test-support.js';
import { makeRunOperation } from './run-operation.js';
import { between } from './stand-between.test-support.js';
import { supervise } from './supervise.js';
import { throughBreaker } from './through-breaker.js';
import { makeWakeup } from './wakeup.js';
import { makeWorker } from './work-operations.js';
import { decidedResults, enqueue, makeWorld, operationOf, startJob, type World } from './world.test-support.js';

const WINDOW_MS = 600_000;
const LUCK = [0.1, 0.9, 0.4, 0.99, 0.5];

/** A process that works operations off, with a breaker before its engine or without. */
function openShop(world: World, { breaker: hasBreaker = true, windowMs = WINDOW_MS } = {}) {
  const { clock, observer } = world;
  const counts = { engine: 0, claimed: 0 };
  const stopping = new AbortController();
  const counted: ContainerEngine = between('engine', world.engine, (call) => {
    counts.engine += 1;
    return call.go();
  });
  let draws = 0;
  const engineCircuit = makeCircuitBreaker({
    clock,
    observer,
    chance: { fraction: () => LUCK[draws++ % LUCK.length] ?? 0 },
    circuit: 'container engine',
    dependency: 'container_engine',
    probe: () => counted.ping(),
    signal: stopping.signal,
  });
  const keeper = makeClaimKeeper({ journal: world.journal, clock, ttlMs: TTL_MS });
  const work = makeWakeup(clock);
  const runs = makeRunOperation({
    ...world,
    ...SETTINGS,
    unavailableWindowMs: windowMs,
    publish: makeOutboxPublisher(world).now,
    engine: hasBreaker ? throughBreaker(counted, engineCircuit) : counted,
    ...(hasBreaker ? { engineCircuit } : {}),
    work,
  });
  const run = (held: Parameters<typeof runs>[0]) => {
    counts.claimed += 1;
    return runs(held);
  };
  const journal = world.journal;
  const room = { startConcurrency: 4, stopConcurrency: 4 };
  const worker = makeWorker({ ...room, journal, keeper, run, clock, observer, wakeup: work, holder: world.ids.uuid(), ttlMs: TTL_MS });
  void supervise('work', worker.turn, stopping.signal, world);
  void supervise('claims', (signal) => clock.sleep(1000, signal).then(keeper.renewAll), stopping.signal, world);
  return { counts, stop: () => stopping.abort() };
}

const GAMES = Array.from({ length: 40 }, (_, n) => `game-${n}`);

async function tries(hasBreaker: boolean) {
  const world = makeWorld();
  world.engine.goAway();
  for (const game of GAMES) await enqueue(world, startJob(undefined, game));
  const shop = openShop(world, { breaker: hasBreaker });
  await world.clock.advance(60_000);
  shop.stop();
  return shop.counts;
}

it('jobs wait for the next probe of an engine that is away: it is left alone, and so is the store', async () => {
  const [without, withOne] = [await tries(false), await tries(true)];
  // A second each without a breaker; nothing but the first calls and the probes with one.
  expect(without.claimed).toBeGreaterThan(GAMES.length * 50);
  expect(withOne.claimed).toBeLessThan(without.claimed / 3);
  expect(withOne.engine).toBeLessThan(60);
});

it('all of them are done soon after it is back, without a failure counted', async () => {
  const world = makeWorld();
  world.engine.goAway();
  const opIds = await Promise.all(GAMES.map((game) => enqueue(world, startJob(undefined, game))));
  const shop = openShop(world);
  await world.clock.advance(45_000);
  world.engine.comeBack();
  // The longest pause, and a little for the work.
  await world.clock.advance(10_000 + 2000);
  shop.stop();
  for (const opId of opIds) expect(operationOf(world, opId)).toMatchObject({ status: 'succeeded' });
  expect(world.events.flatMap((event) => (event.kind === 'operation_handed_back' ? [event.reason] : []))).not.toContain('failure');
});

it.each([3000, 14_000, WINDOW_MS])(
  'a job that waits all the time fails after its window of %i ms, not before it and hardly later',
  async (windowMs) => {
    const world = makeWorld();
    world.engine.goAway();
    await enqueue(world, startJob(undefined, 'waits'));
    const shop = openShop(world, { windowMs });
    await world.clock.advance(windowMs - 1);
    expect(decidedResults(world, 'waits')).toEqual([]);
    await world.clock.advance(1000);
    expect(decidedResults(world, 'waits')).toMatchObject([{ errorCode: 'docker_unavailable' }]);
    shop.stop();
  },
);

it('a job whose engine is back before its window is over succeeds', async () => {
  const world = makeWorld();
  await enqueue(world, startJob(undefined, 'waits'));
  const shop = openShop(world, { windowMs: 30_000 });
  world.engine.goAway();
  await world.clock.advance(20_000);
  world.engine.comeBack();
  await world.clock.advance(12_000);
  expect(decidedResults(world, 'waits')).toMatchObject([{ outcome: 'success' }]);
  shop.stop();
});
