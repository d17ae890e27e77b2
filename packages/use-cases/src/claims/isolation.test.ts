import { expect, it } from 'vitest';
import { type Call, faultOf } from '../test-support/intercept.test-support.js';
import { openManager } from '../test-support/manager-fixture.test-support.js';
import {
  decidedResults,
  enqueue,
  IMAGE,
  makeWorld,
  plantRuntime,
  publishJob,
  startJob,
  stopJob,
  type World,
} from '../test-support/world.test-support.js';

const OTHERS = Array.from({ length: 20 }, (_, n) => `other-${n}`);
const HUNG = 'hung';
const STALLED_IMAGE = 'games/stalled:1.0.0';
const CALL_MS = 20;
/** How long the adapter waits for a call about the container that hangs, and for a pull that makes no progress. */
const DEADLINE_MS = 5000;
const STALL_MS = 60_000;
const WINDOW_MS = 120_000;

/** Every call of the engine takes a moment, one container hangs whatever it is asked, and one image never comes. */
const slowEngine =
  (world: World, hungId: string) =>
  async ({ port, args, go }: Call): Promise<unknown> => {
    if (port !== 'engine') return go();
    const [about] = args;
    if (about === HUNG || about === hungId) {
      await world.clock.sleep(DEADLINE_MS);
      throw faultOf('container_engine');
    }
    if (about === STALLED_IMAGE) {
      await world.clock.sleep(STALL_MS, args[1] as AbortSignal);
      return { kind: 'unavailable', reason: 'stalled', message: 'the pull made no progress' };
    }
    await world.clock.sleep(CALL_MS);
    return go();
  };

/** Starts and stops twenty games beside others that hang; tells when each operation of the twenty ended. */
async function finishTimes(beside: (world: World) => Promise<unknown>) {
  const world = makeWorld();
  const record = await plantRuntime(world, 'running', HUNG);
  await beside(world);
  openManager(world, {
    settings: { unavailableWindowMs: WINDOW_MS, stopConcurrency: 32 },
    onCall: slowEngine(world, record.currentContainerId ?? ''),
  });
  await world.clock.advance(1000);
  const startedAtMs = world.clock.now().getTime();
  for (const game of OTHERS) publishJob(world, game, IMAGE);
  await world.clock.advance(20_000);
  for (const game of OTHERS) publishJob(world, game, null);
  await world.clock.advance(20_000);
  const ended = world.database.operations.filter(({ gameId }) => OTHERS.includes(gameId));
  const times = ended.map(({ finishedAt }) => (finishedAt?.getTime() ?? Number.POSITIVE_INFINITY) - startedAtMs);
  return { world, times };
}

const inPeace = async () => undefined;

it('twenty other games start and stop just as fast beside a game whose container hangs whatever it is asked', async () => {
  const [peace, beside] = [await finishTimes(inPeace), await finishTimes((world) => enqueue(world, stopJob(HUNG)))];
  expect(peace.times).toHaveLength(2 * OTHERS.length);
  expect(Math.max(...peace.times)).toBeLessThan(25_000);
  expect(beside.times).toEqual(peace.times);
  expect(decidedResults(beside.world, HUNG)).toEqual([]);
  // The circuit stays closed: the engine answers.
  expect(beside.world.events.filter(({ kind }) => kind === 'circuit_changed')).toEqual([]);
  // And the game itself is not tried for ever.
  await beside.world.clock.advance(WINDOW_MS + 10_000);
  expect(decidedResults(beside.world, HUNG)).toMatchObject([{ errorCode: 'docker_unavailable' }]);
});

it('twenty other games start and stop little later beside as many starts as there is room for, whose image does not come', async () => {
  const stalled = async (world: World) => {
    for (const n of [1, 2, 3, 4]) await enqueue(world, startJob(STALLED_IMAGE, `stalled-${n}`));
  };
  const [peace, beside] = [await finishTimes(inPeace), await finishTimes(stalled)];
  const delays = beside.times.map((ms, n) => ms - (peace.times[n] ?? 0));
  expect(Math.max(...delays)).toBeLessThan(STALL_MS / 30);
  await beside.world.clock.advance(STALL_MS);
  for (const n of [1, 2, 3, 4]) expect(decidedResults(beside.world, `stalled-${n}`)).toMatchObject([{ errorCode: 'image_pull_failed' }]);
});
