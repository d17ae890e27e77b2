import { engineEndpoint } from '@galaxy/domain';
import type { ContainerEngine } from '@galaxy/manager-ports';
import { describe, expect, it } from 'vitest';
import { altered, intercept } from '../../test-support/intercept.test-support.js';
import { makeOperationRunner, type RunnerPorts, workOff } from '../../test-support/operation-runner.test-support.js';
import {
  BAD_IMAGES,
  containersOf,
  decidedResults,
  enqueue,
  GAME,
  IMAGE,
  makeWorld,
  OTHER_IMAGE,
  operationOf,
  pass,
  plantRuntime,
  recordOf,
  restoredRecord,
  startJob,
  stopJob,
  type World,
} from '../../test-support/world.test-support.js';

const SUPERSEDED = {
  gameId: GAME,
  outcome: 'failure',
  containerId: '',
  engineEndpoint: '',
  errorCode: 'start_superseded',
  errorMessage: 'a later stop of the game was requested',
};
const replay = (containerId: string) => ({
  gameId: GAME,
  outcome: 'success',
  containerId,
  engineEndpoint: containerId === '' ? '' : engineEndpoint(GAME),
  errorCode: 'replay_no_op',
  errorMessage: '',
});

/** The engine, with a stop of the game queued just before its `method` is first called. */
function stopArrivesAt(world: World, method: keyof ContainerEngine): ContainerEngine {
  let has = false;
  return intercept('engine', world.engine, async (call) => {
    if (call.method === method && !has) {
      has = true;
      await enqueue(world, stopJob());
    }
    return call.go();
  });
}

async function start(world: World, imageRef: string, ports: Partial<RunnerPorts>) {
  await enqueue(world, startJob(imageRef));
  await workOff(world, makeOperationRunner(world, ports));
  return { results: decidedResults(world), record: recordOf(world), containers: await containersOf(world) };
}

describe('a start that a stop overtakes before it began', () => {
  it('leaves a record, if there was none, so that the stop is a replay', async () => {
    const world = makeWorld();
    const opId = await enqueue(world, startJob());
    await enqueue(world, stopJob());
    await workOff(world);
    expect(decidedResults(world)).toEqual([SUPERSEDED, replay('')]);
    expect(operationOf(world, opId)).toMatchObject({ status: 'failed', progress: null });
    expect(recordOf(world)).toMatchObject({ status: 'removed', currentContainerId: null, removedAt: world.clock.now() });
    expect(world.engine.pulls).toEqual([]);
    expect(world.engine.ids).toEqual([]);
  });

  it.each(['stopped', 'removed'] as const)('changes nothing of a record that is %s', async (status) => {
    const world = makeWorld();
    const before = await plantRuntime(world, status);
    await enqueue(world, startJob(OTHER_IMAGE));
    await enqueue(world, stopJob());
    await workOff(world);
    expect(decidedResults(world)).toEqual([SUPERSEDED, replay(before.currentContainerId ?? '')]);
    expect(recordOf(world)).toEqual(before);
  });

  it('is still refused for what is wrong with it, or a replay', async () => {
    const world = makeWorld();
    const { currentContainerId } = await plantRuntime(world, 'running');
    await enqueue(world, startJob(IMAGE));
    await enqueue(world, stopJob());
    await workOff(world);
    expect(decidedResults(world)).toMatchObject([replay(currentContainerId ?? ''), { outcome: 'success', errorCode: '' }]);
    expect(recordOf(world)).toMatchObject({ status: 'stopped' });
  });

  it('is not overtaken by an entry of the stop stream that could not be decoded', async () => {
    const world = makeWorld();
    await enqueue(world, startJob());
    await enqueue(world, { kind: 'invalid', of: 'stop', gameId: GAME, message: 'missing reason' });
    await workOff(world);
    expect(decidedResults(world)).toMatchObject([{ outcome: 'success', errorCode: '' }, { errorCode: 'invalid_job' }]);
  });
});

describe('a start that a stop overtakes under way', () => {
  it('in its pull: gives it up within a second, and puts the previous state back', async () => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'stopped');
    world.engine.addImage('games/engine:slow', { pullTakes: new Promise(() => undefined) });
    await enqueue(world, startJob('games/engine:slow'));
    const runner = makeOperationRunner(world);
    const held = await runner.claim();
    if (held === null) throw new Error('nothing to claim');
    const running = runner.run(held);
    await world.clock.advance(20_500);
    await enqueue(world, stopJob());
    await pass(world, running, 1000);
    expect(decidedResults(world)).toEqual([SUPERSEDED]);
    expect(recordOf(world)).toEqual(restoredRecord(before, world.clock.now(), 'start_superseded: a later stop of the game was requested'));
    await workOff(world);
    expect(decidedResults(world)).toEqual([SUPERSEDED, replay(before.currentContainerId ?? '')]);
    expect(await containersOf(world)).toMatchObject([{ id: before.currentContainerId, state: 'exited' }]);
  });

  it('in its pull, with nothing there before: ends removed', async () => {
    const world = makeWorld();
    world.engine.addImage('games/engine:slow', { pullTakes: new Promise(() => undefined) });
    const { results, record } = await start(world, 'games/engine:slow', { engine: stopArrivesAt(world, 'ensureImage') });
    expect(results).toEqual([SUPERSEDED, replay('')]);
    expect(record).toMatchObject({ status: 'removed' });
  });

  it('while it waits for its engine: removes what it created, the record ends removed', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'stopped');
    const { results, record, containers } = await start(world, BAD_IMAGES.neverReady, { engine: stopArrivesAt(world, 'start') });
    expect(results).toEqual([SUPERSEDED, replay('')]);
    expect(record).toMatchObject({ status: 'removed', currentContainerId: null });
    expect(containers).toEqual([]);
  });

  it('while its engine hangs on the health request: that is cut short', async () => {
    const world = makeWorld();
    const engineClient = {
      health: async (_: string, signal: AbortSignal) => {
        await world.clock.sleep(3_600_000, signal);
        return { kind: 'unreachable', detail: 'aborted' } as const;
      },
    };
    const { results } = await start(world, IMAGE, { engine: stopArrivesAt(world, 'start'), engineClient });
    expect(results).toEqual([SUPERSEDED, replay('')]);
    expect(world.clock.monotonicMs()).toBeLessThan(5000);
  });

  it.each<[keyof ContainerEngine, string, string]>([
    ['ensureImage', 'stopped', 'exited'],
    ['prepare', 'stopped', 'exited'],
    ['remove', 'removed', 'none'],
    ['create', 'removed', 'none'],
  ])('learned with the renewal at its %s: goes no further, ends %s', async (method, status, left) => {
    const world = makeWorld();
    await plantRuntime(world, 'stopped');
    const arriving = stopArrivesAt(world, method);
    let tell = async (): Promise<void> => undefined;
    // A renewal goes out right after the stop has arrived.
    const engine = intercept('engine', arriving, async (call) => {
      const answer = await call.go();
      if (call.method === method) await tell();
      return answer;
    });
    const calls: string[] = [];
    const runner = makeOperationRunner(world, {
      engine: intercept('engine', engine, async (call) => {
        calls.push(call.method);
        return call.go();
      }),
    });
    tell = () => runner.keeper.renewAll();
    await enqueue(world, startJob(OTHER_IMAGE));
    await runner.work();
    expect(decidedResults(world)).toEqual([SUPERSEDED]);
    expect(recordOf(world)).toMatchObject({ status });
    expect(calls).not.toContain('start');
    expect((await containersOf(world)).map(({ state }) => state)).toEqual(left === 'none' ? [] : [left]);
  });

  it('just when its engine has answered: either way the stop follows', async () => {
    const world = makeWorld();
    const engineClient = {
      health: async () => {
        await enqueue(world, stopJob());
        return { kind: 'healthy' } as const;
      },
    };
    const { results, record, containers } = await start(world, IMAGE, { engineClient });
    expect(results).toMatchObject([
      { outcome: 'success', errorCode: '' },
      { outcome: 'success', errorCode: '' },
    ]);
    expect(record).toMatchObject({ status: 'stopped' });
    expect(containers).toMatchObject([{ state: 'exited' }]);
  });
});

describe('a record that somebody else moved', () => {
  it('makes the attempt fail, and the next one decides anew', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'removed');
    let moved = false;
    const engine = altered(world.engine, {
      create: async (spec) => {
        const record = recordOf(world);
        if (!moved && record !== null) world.database.records.set(GAME, { ...record, status: 'removed' });
        moved = true;
        return world.engine.create(spec);
      },
    });
    const started: string[] = [];
    const seen = intercept('engine', engine, async (call) => {
      if (call.method === 'start') started.push(String(call.args[0]));
      return call.go();
    });
    const opId = await enqueue(world, startJob());
    await workOff(world, makeOperationRunner(world, { engine: seen }));
    expect(operationOf(world, opId)).toMatchObject({ status: 'succeeded', attempt: 2 });
    // What the first attempt created was never started.
    expect(started).toEqual([recordOf(world)?.currentContainerId]);
    expect(world.events).toContainEqual(expect.objectContaining({ kind: 'claim_released', reason: 'failure' }));
    expect(await containersOf(world)).toMatchObject([{ owner: { opId, attempt: 2 }, state: 'running' }]);
  });
});
