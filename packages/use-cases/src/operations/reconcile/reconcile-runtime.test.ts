import type { ReconcileVerdict, RuntimeRecord, RuntimeStatus } from '@galaxy/domain';
import { newRuntimeRecord } from '@galaxy/domain';
import type { ContainerEngine, EngineClient } from '@galaxy/manager-ports';
import { describe, expect, it } from 'vitest';
import { altered, type Call, faultOf, intercept } from '../../test-support/intercept.test-support.js';
import { makeOperationRunner, type RunnerPorts, SETTINGS, workOff } from '../../test-support/operation-runner.test-support.js';
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
  plantContainer,
  plantRuntime,
  recordOf,
  startJob,
  type World,
} from '../../test-support/world.test-support.js';

const MUTATIONS = ['create', 'start', 'stop', 'kill', 'remove'];

/** Carries a reconcile of the game out; gives what became of it, and which changes the engine was asked for. */
async function reconcile(world: World, verdict: ReconcileVerdict, ports: Partial<RunnerPorts> & { orphans?: readonly string[] } = {}) {
  const { orphans = [], engine = world.engine, ...others } = ports;
  const changes: string[] = [];
  const seen = intercept('engine', engine, async ({ method, args, go }: Call) => {
    if (MUTATIONS.includes(method)) changes.push(`${method} ${String(args[0])}`);
    return go();
  });
  const opId = await enqueue(world, { kind: 'reconcile', gameId: GAME, verdict, orphans, reason: 'a test' });
  await workOff(world, makeOperationRunner(world, { ...others, engine: seen }));
  expect(decidedResults(world), 'nothing is published').toEqual([]);
  const { result, ...operation } = operationOf(world, opId);
  return { operation, result, changes, record: recordOf(world), containers: await containersOf(world) };
}

const DONE = { status: 'succeeded', errorCode: '', source: 'reconciler', op: 'reconcile', attempt: 1 };
const NOTHING_TO_DO = { ...DONE, errorCode: 'replay_no_op' };

/** The container of a record, which must have one. */
const idOf = (record: RuntimeRecord | null) => record?.currentContainerId ?? 'none';

async function plantExited(world: World, status: RuntimeStatus): Promise<RuntimeRecord> {
  const record = await plantRuntime(world, status);
  world.engine.exit(idOf(record), 3);
  return record;
}

describe('adopt', () => {
  it('writes a record for a container that has none: running, with the image of its labels', async () => {
    const world = makeWorld();
    const id = await plantContainer(world, { imageRef: OTHER_IMAGE });
    const { operation, record, changes } = await reconcile(world, 'adopt');
    const now = world.clock.now();
    const fresh = newRuntimeRecord({ gameId: GAME, imageRef: OTHER_IMAGE, status: 'starting', now });
    expect(operation).toMatchObject(DONE);
    expect(record).toEqual({
      ...fresh,
      status: 'running',
      currentContainerId: id,
      startedAt: now,
      imageId: expect.any(String),
      health: 'healthy',
    });
    expect(changes).toEqual([]);
  });

  it('of an engine that does not answer: engine_unreachable', async () => {
    const world = makeWorld();
    const id = await plantContainer(world, { imageRef: BAD_IMAGES.neverReady });
    expect(await reconcile(world, 'adopt')).toMatchObject({
      operation: DONE,
      record: { status: 'engine_unreachable', currentContainerId: id, startedAt: null },
    });
  });

  it('of a frozen container: engine_unreachable, and it stays frozen', async () => {
    const world = makeWorld();
    const id = await plantContainer(world);
    world.engine.pause(id);
    const { record, containers } = await reconcile(world, 'adopt');
    expect(record).toMatchObject({ status: 'engine_unreachable', currentContainerId: id });
    expect(containers).toMatchObject([{ id, state: 'paused' }]);
  });

  it('never writes over a record that came to be meanwhile', async () => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'stopped');
    expect(await reconcile(world, 'adopt')).toMatchObject({ operation: NOTHING_TO_DO, record: before });
  });
});

describe('probe', () => {
  it('an engine that answers again runs again, paused as it was', async () => {
    const world = makeWorld();
    const before = { ...(await plantRuntime(world, 'engine_unreachable')), paused: true, startedAt: new Date(5) };
    world.database.records.set(GAME, before);
    const { operation, record } = await reconcile(world, 'probe');
    expect(operation).toMatchObject(DONE);
    expect(record).toEqual({
      ...before,
      status: 'running',
      lastOpAt: world.clock.now(),
      version: 2,
      imageId: expect.any(String),
      health: 'healthy',
    });
  });

  it('an engine that still does not answer changes nothing', async () => {
    const world = makeWorld();
    const id = await plantContainer(world, { imageRef: BAD_IMAGES.neverReady });
    const now = new Date('2025-12-31T00:00:00Z');
    const before: RuntimeRecord = {
      ...newRuntimeRecord({ gameId: GAME, imageRef: BAD_IMAGES.neverReady, status: 'starting', now }),
      status: 'engine_unreachable',
      currentContainerId: id,
    };
    world.database.records.set(GAME, before);
    const { operation, record } = await reconcile(world, 'probe');
    expect(operation).toMatchObject(NOTHING_TO_DO);
    expect(record).toEqual(before);
  });

  it.each([
    [IMAGE, 'running'],
    [BAD_IMAGES.neverReady, 'engine_unreachable'],
  ])('a start that was left behind, with %s: %s', async (imageRef, status) => {
    const world = makeWorld();
    await plantRuntime(world, 'starting');
    const id = await plantContainer(world, { imageRef });
    expect(await reconcile(world, 'probe')).toMatchObject({ operation: DONE, record: { status, currentContainerId: id } });
  });

  it('an engine that hangs is given two seconds', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'starting');
    await plantContainer(world);
    const engineClient: EngineClient = {
      health: (_, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve({ kind: 'unreachable', detail: 'aborted' }));
        }),
    };
    const { record } = await reconcile(world, 'probe', { engineClient });
    expect(record).toMatchObject({ status: 'engine_unreachable' });
    expect(world.clock.monotonicMs()).toBeGreaterThanOrEqual(2000);
    expect(world.clock.monotonicMs()).toBeLessThan(3000);
  });

  it('an answer does not count that another container may have given under the same address', async () => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'engine_unreachable');
    const engineClient: EngineClient = {
      health: async () => {
        world.engine.exit(idOf(before), 1);
        return { kind: 'healthy' };
      },
    };
    expect(await reconcile(world, 'probe', { engineClient })).toMatchObject({ operation: NOTHING_TO_DO, record: before });
  });
});

describe('stop again', () => {
  it.each(['running', 'paused'])('ends a container that is %s although it was stopped; the record stays', async (state) => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'stopped');
    await world.engine.start(idOf(before));
    if (state === 'paused') world.engine.pause(idOf(before));
    const { operation, record, containers, changes } = await reconcile(world, 'stop_again');
    expect(operation).toMatchObject(DONE);
    expect(record).toEqual(before);
    expect(containers).toMatchObject([{ id: before.currentContainerId, state: 'exited' }]);
    expect(changes).toEqual([`stop ${idOf(before)}`]);
  });

  it('of one that survives everything is a failure, and the record stays', async () => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'stopped');
    await world.engine.start(idOf(before));
    const engine = altered(world.engine, { stop: async () => 'stopped', kill: async () => 'stopped' });
    const { operation, record, changes } = await reconcile(world, 'stop_again', { engine });
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'container_stop_failed' });
    expect(record).toEqual(before);
    expect(changes).toHaveLength(2);
  });

  it('of one that turns out not to be ours is a failure, and it is not touched', async () => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'stopped');
    await world.engine.start(idOf(before));
    let looks = 0;
    const engine = altered(world.engine, {
      inspect: async (id) => ((looks += 1) === 1 ? world.engine.inspect(id) : { kind: 'foreign', id }),
    });
    const { operation, changes } = await reconcile(world, 'stop_again', { engine });
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'conflict' });
    expect(changes).toEqual([]);
  });
});

describe('remove', () => {
  it('a container that has no record, and none is made', async () => {
    const world = makeWorld();
    const id = await plantContainer(world, { running: false });
    const { operation, record, containers, changes } = await reconcile(world, 'remove');
    expect(operation).toMatchObject(DONE);
    expect({ record, containers, changes }).toEqual({ record: null, containers: [], changes: [`remove ${id}`] });
  });

  it.each([true, false])('a container that was removed and is there again, running: %s', async (running) => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'removed');
    await plantContainer(world, { running });
    expect(await reconcile(world, 'remove')).toMatchObject({ operation: DONE, record: before, containers: [] });
  });

  it('what a start has left behind: the record ends removed with it', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'starting');
    await plantContainer(world, { running: false });
    const { operation, record, containers } = await reconcile(world, 'remove');
    expect(operation).toMatchObject(DONE);
    expect(record).toMatchObject({ status: 'removed', currentContainerId: null, removedAt: world.clock.now() });
    expect(containers).toEqual([]);
  });

  it('asks for the claim right before', async () => {
    const world = makeWorld();
    await plantContainer(world, { running: false });
    const calls: string[] = [];
    const listen = async ({ method, go }: Call) => {
      calls.push(method);
      return go();
    };
    const journal = intercept('journal', world.journal, listen);
    await enqueue(world, { kind: 'reconcile', gameId: GAME, verdict: 'remove', orphans: [], reason: '' });
    await workOff(world, makeOperationRunner(world, { journal, engine: intercept('engine', world.engine, listen) }));
    const from = calls.indexOf('find');
    expect(calls.slice(from, from + 4)).toEqual(['find', 'renew', 'remove', 'finish']);
  });
});

describe('moves of the record alone', () => {
  it.each<RuntimeStatus>([
    'starting',
    'running',
    'generation_in_progress',
    'generation_failed',
    'engine_unreachable',
    'finished',
    'stopped',
  ])('%s without its container: removed', async (status) => {
    const world = makeWorld();
    const before = await plantRuntime(world, status);
    await world.engine.remove(idOf(before));
    const { operation, record, changes } = await reconcile(world, 'mark_removed');
    expect(operation).toMatchObject(DONE);
    const now = world.clock.now();
    expect(record).toEqual({ ...before, status: 'removed', currentContainerId: null, removedAt: now, lastOpAt: now, version: 2 });
    expect(changes).toEqual([]);
  });

  it.each<RuntimeStatus>(['running', 'generation_in_progress', 'generation_failed'])(
    '%s whose container ended: unreachable',
    async (status) => {
      const world = makeWorld();
      const before = await plantExited(world, status);
      const { record, changes } = await reconcile(world, 'mark_unreachable');
      const seen = { imageId: expect.any(String), health: 'unhealthy' };
      expect(record).toEqual({ ...before, status: 'engine_unreachable', lastOpAt: world.clock.now(), version: 2, ...seen });
      expect(changes).toEqual([]);
    },
  );

  it('finished whose container ended: stopped, and it is kept', async () => {
    const world = makeWorld();
    const before = await plantExited(world, 'finished');
    const { record } = await reconcile(world, 'mark_stopped');
    expect(record).toEqual({ ...before, status: 'stopped', stoppedAt: world.clock.now(), lastOpAt: world.clock.now(), version: 2 });
  });

  it('a turn that nobody generates any more: failed', async () => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'generation_in_progress');
    const { record } = await reconcile(world, 'mark_generation_failed');
    expect(record).toEqual({ ...before, status: 'generation_failed', lastOpAt: world.clock.now(), version: 2 });
  });
});

describe('what was found and is so no longer', () => {
  const verdicts: ReconcileVerdict[] = ['adopt', 'probe', 'stop_again', 'remove', 'mark_removed', 'mark_stopped', 'mark_unreachable'];

  it.each(verdicts)('%s of a game that runs does nothing', async (verdict) => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'running');
    const { operation, record, containers, changes } = await reconcile(world, verdict);
    expect(operation).toMatchObject(NOTHING_TO_DO);
    expect(record).toEqual(before);
    expect(containers).toMatchObject([{ id: before.currentContainerId, state: 'running' }]);
    expect(changes).toEqual([]);
  });

  it('a container on its way out is left to the next pass', async () => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'running');
    const engine = altered(world.engine, {
      inspect: async (id) => {
        const inspection = await world.engine.inspect(id);
        return inspection.kind === 'ours' ? { kind: 'ours', incarnation: { ...inspection.incarnation, state: 'removing' } } : inspection;
      },
    });
    for (const verdict of ['mark_removed', 'mark_unreachable'] as const) {
      expect(await reconcile(world, verdict, { engine })).toMatchObject({ operation: NOTHING_TO_DO, record: before, changes: [] });
    }
  });

  it('a container that is not ours is never touched, nor its record', async () => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'stopped');
    const engine = altered(world.engine, { inspect: async (id) => ({ kind: 'foreign', id }) });
    for (const verdict of verdicts) {
      const { operation, changes, record } = await reconcile(world, verdict, { engine, orphans: [idOf(before)] });
      expect({ code: operation.errorCode, changes, record }).toEqual({ code: 'replay_no_op', changes: [], record: before });
    }
  });

  it('nor one of somebody else under the name of a game that has no container', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'removed');
    const id = world.engine.plantForeign(GAME);
    expect(await reconcile(world, 'remove')).toMatchObject({ operation: NOTHING_TO_DO, changes: [] });
    expect(world.engine.ids).toEqual([id]);
  });

  it("nor another game's container that a record names by mistake", async () => {
    const world = makeWorld();
    const other = await plantContainer(world, { gameId: 'g2' });
    const before = { ...(await plantRuntime(world, 'removed')), status: 'stopped' as const, currentContainerId: other };
    world.database.records.set(GAME, before);
    for (const verdict of ['stop_again', 'remove'] as const)
      expect(await reconcile(world, verdict, { orphans: [other] })).toMatchObject({ operation: NOTHING_TO_DO, changes: [] });
    expect(await containersOf(world)).toMatchObject([{ id: other, state: 'running' }]);
  });
});

describe('orphans', () => {
  /** A second container of the game, under another name. */
  async function plantOrphan(world: World, gameId = GAME): Promise<string> {
    const id = await plantContainer(world, { gameId });
    world.engine.rename(id, `orphan-${id}`);
    return id;
  }

  it('are removed, and the one that counts is not', async () => {
    const world = makeWorld();
    const orphans = [await plantOrphan(world), await plantOrphan(world)];
    const before = await plantRuntime(world, 'running');
    const { operation, record, changes } = await reconcile(world, 'leave', { orphans });
    expect(operation).toMatchObject(DONE);
    expect(record).toEqual(before);
    expect(changes).toEqual(orphans.map((id) => `remove ${id}`));
  });

  it('that are gone leave nothing to do', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'running');
    expect(await reconcile(world, 'leave', { orphans: ['gone'] })).toMatchObject({ operation: NOTHING_TO_DO, changes: [] });
  });

  it('go together with what is to be done about the one that counts', async () => {
    const world = makeWorld();
    const orphan = await plantOrphan(world);
    const before = await plantExited(world, 'running');
    const { record, containers } = await reconcile(world, 'mark_unreachable', { orphans: [orphan] });
    expect(record).toMatchObject({ status: 'engine_unreachable' });
    expect(containers).toMatchObject([{ id: before.currentContainerId }]);
  });

  it('stay when the verdict is no longer the same', async () => {
    const world = makeWorld();
    const orphan = await plantOrphan(world);
    await plantRuntime(world, 'running');
    expect(await reconcile(world, 'mark_unreachable', { orphans: [orphan] })).toMatchObject({ operation: NOTHING_TO_DO, changes: [] });
  });

  it('are only what is of this game: neither the one that counts, nor another game’s, nor one on its way out', async () => {
    const world = makeWorld();
    const other = await plantContainer(world, { gameId: 'g2' });
    const leaving = await plantOrphan(world);
    const before = await plantRuntime(world, 'running');
    const engine = altered(world.engine, {
      inspect: async (id) => {
        const inspection = await world.engine.inspect(id);
        if (inspection.kind !== 'ours' || id !== leaving) return inspection;
        return { kind: 'ours', incarnation: { ...inspection.incarnation, state: 'removing' } };
      },
    });
    const orphans = [idOf(before), other, leaving];
    expect(await reconcile(world, 'leave', { engine, orphans })).toMatchObject({ operation: NOTHING_TO_DO, changes: [] });
  });

  it('of a game whose record names no container: the one that bears its name counts', async () => {
    const world = makeWorld();
    const orphan = await plantOrphan(world);
    const id = await plantContainer(world);
    const { record, containers } = await reconcile(world, 'adopt', { orphans: [orphan, id] });
    expect(record).toMatchObject({ status: 'running', currentContainerId: id });
    expect(containers).toMatchObject([{ id }]);
  });
});

describe('when something goes wrong', () => {
  const broken = (world: World, method: keyof ContainerEngine, error: Error) =>
    intercept('engine', world.engine, async (call) => {
      if (call.method === method) throw error;
      return call.go();
    });

  it('five times: exhausted, and the record stays', async () => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'removed');
    await plantContainer(world);
    const { operation, record } = await reconcile(world, 'remove', { engine: broken(world, 'remove', new TypeError('a bug')) });
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'internal_error', failures: 5 });
    expect(record).toEqual(before);
  });

  it('the engine stays away: exhausted after the window, and the record stays', async () => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'running');
    const { operation, record } = await reconcile(world, 'mark_unreachable', {
      engine: broken(world, 'inspect', faultOf('container_engine')),
    });
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'docker_unavailable', unavailableMs: SETTINGS.unavailableWindowMs });
    expect(record).toEqual(before);
  });

  it('a removal whose reply is lost is looked at again: nothing is left to do', async () => {
    const world = makeWorld();
    await plantContainer(world, { running: false });
    const engine = altered(world.engine, {
      remove: async (id) => {
        await world.engine.remove(id);
        throw faultOf('container_engine');
      },
    });
    const { operation, containers } = await reconcile(world, 'remove', { engine });
    expect(operation).toMatchObject({ ...NOTHING_TO_DO, attempt: 2, failures: 0 });
    expect(containers).toEqual([]);
  });
});

it('goes in its turn with the other operations of its game', async () => {
  const world = makeWorld();
  await plantRuntime(world, 'removed');
  await plantContainer(world);
  const reconciling = await enqueue(world, { kind: 'reconcile', gameId: GAME, verdict: 'remove', orphans: [], reason: '' });
  const starting = await enqueue(world, startJob());
  await workOff(world);
  expect([operationOf(world, reconciling).errorCode, operationOf(world, starting).errorCode]).toEqual(['', '']);
  expect(recordOf(world)).toMatchObject({ status: 'running' });
});
