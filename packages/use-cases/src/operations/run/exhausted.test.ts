import type { ContainerEngine } from '@galaxy/manager-ports';
import { describe, expect, it } from 'vitest';
import { altered, faultOf, intercept } from '../../test-support/intercept.test-support.js';
import { makeOperationRunner, SETTINGS, workOff } from '../../test-support/operation-runner.test-support.js';
import {
  containersOf,
  decidedResults,
  enqueue,
  GAME,
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

/** The engine, of which one method is broken. */
const broken = (world: World, method: keyof ContainerEngine, error: Error = new TypeError('a bug')) =>
  intercept('engine', world.engine, async (call) => {
    if (call.method === method) throw error;
    return call.go();
  });

describe('after five failed attempts', () => {
  it('a start is undone and ends internal_error', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'stopped');
    const opId = await enqueue(world, startJob());
    await workOff(world, makeOperationRunner(world, { engine: broken(world, 'start') }));
    expect(decidedResults(world)).toMatchObject([
      { outcome: 'failure', errorCode: 'internal_error', errorMessage: 'exhausted after 5 failed attempts', containerId: '' },
    ]);
    expect(operationOf(world, opId)).toMatchObject({ status: 'failed', failures: 5 });
    expect(recordOf(world)).toMatchObject({ status: 'removed', currentContainerId: null });
    expect(await containersOf(world)).toEqual([]);
  });

  it('a start that had not begun to replace the previous container leaves it, and the record as it was', async () => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'stopped');
    await enqueue(world, startJob(OTHER_IMAGE));
    await workOff(world, makeOperationRunner(world, { engine: broken(world, 'prepare') }));
    expect(decidedResults(world)).toMatchObject([{ errorCode: 'internal_error' }]);
    const lastError = 'internal_error: exhausted after 5 failed attempts';
    expect(recordOf(world)).toEqual(restoredRecord(before, world.clock.now(), lastError));
    expect(await containersOf(world)).toMatchObject([{ id: before.currentContainerId, state: 'exited' }]);
  });

  it('a start whose intent was never written leaves a `removed` record, so that a stop has its answer', async () => {
    const world = makeWorld();
    const journal = intercept('journal', world.journal, async (call) => {
      if (call.method === 'advance') throw new TypeError('a bug');
      return call.go();
    });
    await enqueue(world, startJob());
    await workOff(world, makeOperationRunner(world, { journal }));
    await enqueue(world, stopJob());
    await workOff(world, makeOperationRunner(world));
    expect(decidedResults(world)).toMatchObject([{ errorCode: 'internal_error' }, { outcome: 'success', errorCode: 'replay_no_op' }]);
    expect(recordOf(world)).toMatchObject({ status: 'removed', currentContainerId: null });
  });

  it.each<[keyof ContainerEngine, string]>([
    ['prepare', 'stopped'],
    ['create', 'removed'],
  ])('where undoing fails too (at %s), what was recorded decides: %s', async (method, status) => {
    const world = makeWorld();
    await plantRuntime(world, 'stopped');
    let isDown = false;
    const engine = intercept('engine', world.engine, async (call) => {
      isDown ||= call.method === method;
      if (isDown) throw new TypeError('a bug');
      return call.go();
    });
    const opId = await enqueue(world, startJob());
    await workOff(world, makeOperationRunner(world, { engine }));
    expect(decidedResults(world)).toMatchObject([{ errorCode: 'internal_error', errorMessage: 'exhausted after 6 failed attempts' }]);
    expect(operationOf(world, opId).failures).toBe(6);
    expect(recordOf(world)).toMatchObject({ status });
  });

  it('a start that cannot be undone because the engine is away ends after the window all the same', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'stopped');
    let isDown = false;
    const engine = intercept('engine', world.engine, async (call) => {
      if (isDown) throw faultOf('container_engine');
      if (call.method === 'prepare') throw new TypeError('a bug');
      return call.go();
    });
    const opId = await enqueue(world, startJob());
    const runner = makeOperationRunner(world, { engine });
    while (operationOf(world, opId).failures < 4) {
      await runner.work();
      await world.clock.advance(1000);
    }
    await runner.work();
    isDown = true;
    await workOff(world, runner);
    expect(decidedResults(world)).toMatchObject([{ errorCode: 'internal_error' }]);
    expect(recordOf(world)).toMatchObject({ status: 'stopped' });
  });

  it('a stop ends internal_error and leaves the record', async () => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'running');
    await enqueue(world, stopJob());
    await workOff(world, makeOperationRunner(world, { engine: broken(world, 'inspect') }));
    expect(decidedResults(world)).toMatchObject([{ outcome: 'failure', errorCode: 'internal_error' }]);
    expect(recordOf(world)).toEqual(before);
  });

  it('a job is dead-lettered as it came, with its result, once', async () => {
    const world = makeWorld();
    const opId = await enqueue(world, startJob());
    await workOff(world, makeOperationRunner(world, { engine: broken(world, 'start') }));
    const letters = world.database.lane('dead_letter', GAME).map(({ entry }) => entry.message);
    const letter = {
      sourceStream: 'runtime:start_jobs',
      sourceEntryId: opId,
      errorCode: 'internal_error',
      errorMessage: 'exhausted after 5 failed attempts',
      raw: '[]',
      attempts: 5,
      failedAtMs: BigInt(world.clock.now().getTime()),
    };
    expect(letters).toEqual([{ lane: GAME, number: 1n, letter }]);
    expect(world.events.filter(({ kind }) => kind === 'dead_lettered')).toMatchObject([{ operation: { opId }, attempts: 5 }]);
  });

  it('what was dead-lettered when it was ingested, or came by no stream, is not', async () => {
    const jobs = [
      { kind: 'invalid', of: 'stop', gameId: GAME, message: 'missing reason' },
      { kind: 'reconcile', gameId: GAME, verdict: 'remove', orphans: [], reason: 'a test' },
    ] as const;
    for (const job of jobs) {
      const world = makeWorld();
      const journal = intercept('journal', world.journal, async (call) => {
        const isGivingUp = operationOf(world, opId).failures >= 5;
        if (call.method === 'finish' && !isGivingUp) throw new TypeError('a bug');
        return call.go();
      });
      const opId = await enqueue(world, job);
      await workOff(world, makeOperationRunner(world, { journal }));
      expect(operationOf(world, opId)).toMatchObject({ status: 'failed', errorCode: 'internal_error' });
      expect(world.database.outbox.filter(({ entry }) => entry.kind === 'dead_letter')).toEqual([]);
      expect(world.events.filter(({ kind }) => kind === 'dead_lettered')).toEqual([]);
    }
  });

  it('the attempts are spaced out', async () => {
    const world = makeWorld();
    await enqueue(world, startJob());
    await workOff(world, makeOperationRunner(world, { engine: broken(world, 'ensureImage') }));
    expect(world.clock.monotonicMs()).toBeGreaterThanOrEqual(500 + 1000 + 1500 + 2000);
  });

  it('four of them are none too many', async () => {
    const world = makeWorld();
    let failures = 0;
    const engine = intercept('engine', world.engine, async (call) => {
      if (call.method === 'ensureImage' && failures++ < 4) throw new TypeError('a bug');
      return call.go();
    });
    await enqueue(world, startJob());
    await workOff(world, makeOperationRunner(world, { engine }));
    expect(decidedResults(world)).toMatchObject([{ outcome: 'success', errorCode: '' }]);
  });
});

describe('while the container engine is away', () => {
  it('a first start waits for the window, then ends docker_unavailable', async () => {
    const world = makeWorld();
    const opId = await enqueue(world, startJob());
    world.engine.goAway();
    await workOff(world);
    expect(decidedResults(world)).toMatchObject([
      { outcome: 'failure', errorCode: 'docker_unavailable', errorMessage: 'the container engine did not answer for 60 s' },
    ]);
    expect(operationOf(world, opId)).toMatchObject({ failures: 0, unavailableMs: SETTINGS.unavailableWindowMs });
    expect(world.clock.monotonicMs()).toBeGreaterThanOrEqual(SETTINGS.unavailableWindowMs);
    expect(world.clock.monotonicMs()).toBeLessThan(SETTINGS.unavailableWindowMs * 1.5);
    expect(world.database.outbox.filter(({ entry }) => entry.kind === 'dead_letter')).toEqual([]);
  });

  it.each<[keyof ContainerEngine, string]>([
    ['ensureImage', 'stopped'],
    ['remove', 'removed'],
    ['create', 'removed'],
  ])('from its %s on, a start that replaces ends %s', async (method, status) => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'stopped');
    let isAway = false;
    const engine = intercept('engine', world.engine, async (call) => {
      isAway ||= call.method === method;
      if (isAway) throw faultOf('container_engine', { effect: 'not_done' });
      return call.go();
    });
    await enqueue(world, startJob(OTHER_IMAGE));
    await workOff(world, makeOperationRunner(world, { engine }));
    expect(decidedResults(world)).toMatchObject([{ errorCode: 'docker_unavailable' }]);
    expect(recordOf(world)).toMatchObject({ status });
    const lastError = expect.stringMatching(/^docker_unavailable: /) as string;
    if (status === 'stopped') expect(recordOf(world)).toEqual(restoredRecord(before, world.clock.now(), lastError));
  });

  it('a stop waits for the window, and then leaves the record', async () => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'running');
    await enqueue(world, stopJob());
    world.engine.goAway();
    await workOff(world);
    expect(decidedResults(world)).toMatchObject([{ outcome: 'failure', errorCode: 'docker_unavailable' }]);
    expect(recordOf(world)).toEqual(before);
  });

  it('a start and a stop go on once it is back', async () => {
    for (const [status, job] of [['removed', startJob()] as const, ['running', stopJob()] as const]) {
      const world = makeWorld();
      await plantRuntime(world, status);
      await enqueue(world, job);
      world.engine.goAway();
      const done = workOff(world);
      for (let looks = 0; looks < 100; looks += 1) await world.clock.advance(0);
      world.engine.comeBack();
      await done;
      expect(decidedResults(world)).toMatchObject([{ outcome: 'success', errorCode: '' }]);
    }
  });

  it('time in which a call hangs counts; time in which our own store was away does not', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'running');
    const opId = await enqueue(world, stopJob());
    const storeIsAwayFor = 50_000;
    let isAway = false;
    const engine = altered(world.engine, {
      inspect: async (id) => {
        const inspection = await world.engine.inspect(id);
        isAway = true;
        await world.clock.sleep(10_000);
        void world.clock.sleep(storeIsAwayFor).then(() => (isAway = false));
        return inspection;
      },
      stop: async () => {
        await world.clock.sleep(3000);
        throw faultOf('container_engine', { effect: 'not_done' });
      },
    });
    const journal = intercept('journal', world.journal, async (call) => {
      if (isAway) throw faultOf('postgres', { effect: 'not_done' });
      return call.go();
    });
    const runner = makeOperationRunner(world, { engine, journal });
    const held = await runner.claim();
    if (held === null) throw new Error('nothing to claim');
    await pass(world, runner.run(held));
    expect(world.clock.monotonicMs()).toBeGreaterThan(storeIsAwayFor);
    expect(operationOf(world, opId)).toMatchObject({ unavailableMs: 4000, failures: 0 });
  });
});

describe('while another server is away', () => {
  it('the claim of an attempt is released once the store answers: that counts neither as a failure nor as waiting', async () => {
    const world = makeWorld();
    const opId = await enqueue(world, startJob());
    const isAway = (): boolean => world.clock.monotonicMs() < 5000;
    const journal = intercept('journal', world.journal, async (call) => {
      if (call.method !== 'claim' && isAway()) throw faultOf('postgres', { effect: 'not_done' });
      return call.go();
    });
    const runner = makeOperationRunner(world, { journal });
    await runner.work();
    expect(operationOf(world, opId)).toMatchObject({ holder: null, unavailableMs: 0 });
    await workOff(world, runner);
    expect(operationOf(world, opId)).toMatchObject({ status: 'succeeded', attempt: 2, failures: 0, unavailableMs: 0 });
  });

  it('a hand-back that is refused for good is told, and the claim expires by itself', async () => {
    const world = makeWorld();
    const opId = await enqueue(world, startJob());
    const journal = intercept('journal', world.journal, async (call) => {
      if (call.method === 'releaseClaim') throw faultOf('postgres', { retryable: false });
      return call.go();
    });
    const runner = makeOperationRunner(world, { journal, engine: broken(world, 'ensureImage') });
    await runner.work();
    runner.die();
    expect(world.events.filter(({ kind }) => kind === 'claim_released')).toHaveLength(2);
    await world.clock.advance(20_000);
    await workOff(world);
    expect(operationOf(world, opId)).toMatchObject({ status: 'succeeded', attempt: 2, failures: 0 });
  });

  it('an engine that refuses us is a failed attempt, not an outage', async () => {
    const world = makeWorld();
    await enqueue(world, startJob());
    await workOff(
      world,
      makeOperationRunner(world, { engine: broken(world, 'ensureImage', faultOf('container_engine', { retryable: false })) }),
    );
    expect(decidedResults(world)).toMatchObject([{ errorCode: 'internal_error' }]);
  });
});
