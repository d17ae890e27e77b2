import { engineEndpoint, type RuntimeStatus } from '@galaxy/domain';
import type { ContainerEngine, Inspection, StopOutcome } from '@galaxy/manager-ports';
import { describe, expect, it } from 'vitest';
import { altered, type Call, faultOf, intercept } from '../../test-support/intercept.test-support.js';
import { makeOperationRunner, SETTINGS, workOff } from '../../test-support/operation-runner.test-support.js';
import {
  containersOf,
  decidedResults,
  enqueue,
  GAME,
  makeWorld,
  operationOf,
  plantContainer,
  plantRuntime,
  recordOf,
  stopJob,
  type World,
} from '../../test-support/world.test-support.js';

const success = (containerId: string, errorCode = '') => ({
  gameId: GAME,
  outcome: 'success',
  containerId,
  engineEndpoint: containerId === '' ? '' : engineEndpoint(GAME),
  errorCode,
  errorMessage: '',
});
const failure = (errorCode: string, errorMessage: string) => ({
  gameId: GAME,
  outcome: 'failure',
  containerId: '',
  engineEndpoint: '',
  errorCode,
  errorMessage,
});

/** Stops the game through the given engine; gives what became of it, and the engine's calls by name. */
async function stop(world: World, engine: ContainerEngine = world.engine) {
  const opId = await enqueue(world, stopJob());
  const calls: string[] = [];
  const seen = intercept('engine', engine, async ({ method, args, go }: Call) => {
    calls.push(method === 'stop' ? `stop ${String(args[1])}` : method);
    return go();
  });
  await workOff(world, makeOperationRunner(world, { engine: seen }));
  const [result, ...more] = decidedResults(world);
  expect(more).toEqual([]);
  return { result, calls, operation: operationOf(world, opId), record: recordOf(world), containers: await containersOf(world) };
}

describe('a stop, by the status of the record', () => {
  it('none: not found, and none is made', async () => {
    const world = makeWorld();
    const { result, operation, record, calls } = await stop(world);
    expect(result).toEqual(failure('not_found', 'the game has no runtime record'));
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'not_found' });
    expect(record).toBeNull();
    expect(calls).toEqual([]);
  });

  it.each<RuntimeStatus>(['running', 'generation_in_progress', 'generation_failed', 'engine_unreachable', 'finished'])(
    '%s: stops the container and keeps it',
    async (status) => {
      const world = makeWorld();
      const before = await plantRuntime(world, status);
      const { result, operation, record, containers, calls } = await stop(world);
      expect(result).toEqual(success(before.currentContainerId ?? ''));
      expect(operation).toMatchObject({ status: 'succeeded', errorCode: '', attempt: 1 });
      expect(record).toEqual({ ...before, status: 'stopped', stoppedAt: world.clock.now(), lastOpAt: world.clock.now(), version: 2 });
      expect(containers).toMatchObject([{ id: before.currentContainerId, state: 'exited', exitCode: 0 }]);
      expect(calls).toEqual(['inspect', `stop ${SETTINGS.stopGraceMs}`, 'inspect']);
    },
  );

  it.each<RuntimeStatus>(['stopped', 'removed'])('%s: a replay, with the ids the record has', async (status) => {
    const world = makeWorld();
    const before = await plantRuntime(world, status);
    const { result, operation, record, calls } = await stop(world);
    expect(result).toEqual(success(before.currentContainerId ?? '', 'replay_no_op'));
    expect(operation).toMatchObject({ status: 'succeeded', errorCode: 'replay_no_op' });
    expect(record).toEqual(before);
    expect(calls).toEqual([]);
  });

  it('starting, left behind with a container: stops that one, and the record names it', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'starting');
    const id = await plantContainer(world);
    const { result, record, containers } = await stop(world);
    expect(result).toEqual(success(id));
    expect(record).toMatchObject({ status: 'stopped', currentContainerId: id });
    expect(containers).toMatchObject([{ id, state: 'exited' }]);
  });

  it('starting, left behind without a container: ends removed', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'starting');
    const { result, record } = await stop(world);
    expect(result).toEqual(success(''));
    expect(record).toMatchObject({ status: 'removed', currentContainerId: null, removedAt: world.clock.now() });
  });

  it('starting, left behind under a foreign container: ends removed, and leaves that alone', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'starting');
    const id = world.engine.plantForeign(GAME);
    const { result, record, calls } = await stop(world);
    expect(result).toEqual(success(''));
    expect(record).toMatchObject({ status: 'removed' });
    expect(world.engine.ids).toEqual([id]);
    expect(calls).toEqual(['find']);
  });
});

describe('a container that ends otherwise', () => {
  it('gone before the stop: ends removed, a fresh success', async () => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'running');
    await world.engine.remove(before.currentContainerId ?? '');
    const { result, record } = await stop(world);
    expect(result).toEqual(success(''));
    expect(record).toEqual({
      ...before,
      status: 'removed',
      currentContainerId: null,
      removedAt: world.clock.now(),
      lastOpAt: world.clock.now(),
      version: 2,
    });
  });

  it('gone during the stop: ends removed', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'running');
    const engine = altered(world.engine, {
      stop: async (id) => {
        await world.engine.remove(id);
        return 'gone';
      },
    });
    expect(await stop(world, engine)).toMatchObject({ result: success(''), record: { status: 'removed' } });
  });

  it('already exited, or frozen: stopped', async () => {
    for (const meet of ['exit', 'pause'] as const) {
      const world = makeWorld();
      const { currentContainerId } = await plantRuntime(world, 'running');
      world.engine[meet](currentContainerId ?? '', 1);
      expect(await stop(world)).toMatchObject({ result: success(currentContainerId ?? ''), containers: [{ state: 'exited' }] });
    }
  });

  it('not ours: a conflict, and it is not touched', async () => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'running');
    const foreign: Inspection = { kind: 'foreign', id: before.currentContainerId ?? '' };
    const { result, record, calls, containers } = await stop(world, altered(world.engine, { inspect: async () => foreign }));
    expect(result).toEqual(failure('conflict', "the record's container is not ours"));
    expect(record).toEqual(before);
    expect(calls).toEqual(['inspect']);
    expect(containers).toMatchObject([{ state: 'running' }]);
  });

  it('not ours any more when it is verified: a conflict', async () => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'running');
    let looks = 0;
    const engine = altered(world.engine, {
      inspect: async (id) => {
        looks += 1;
        return looks === 1 ? world.engine.inspect(id) : { kind: 'foreign', id };
      },
    });
    expect(await stop(world, engine)).toMatchObject({ result: { errorCode: 'conflict' }, record: before });
  });
});

describe('a stop that is not carried out at once', () => {
  it('whose reply is lost is verified, not assumed: it happened', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'running');
    const engine = altered(world.engine, {
      stop: async (id) => {
        await world.engine.stop(id);
        throw faultOf('container_engine');
      },
    });
    const { result, operation, calls } = await stop(world, engine);
    expect(result).toMatchObject({ outcome: 'success', errorCode: '' });
    expect(operation.attempt).toBe(1);
    expect(calls).not.toContain('kill');
  });

  it('whose reply is lost is verified, not assumed: it did not, so the container is killed', async () => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'running');
    const { result, operation, calls, containers } = await stop(
      world,
      altered(world.engine, { stop: () => Promise.reject(faultOf('container_engine')) }),
    );
    expect(result).toEqual(success(before.currentContainerId ?? ''));
    expect(operation.attempt).toBe(1);
    expect(calls.at(-2)).toBe('kill');
    expect(containers).toMatchObject([{ state: 'exited', exitCode: 137 }]);
  });

  it('that was certainly not done releases the claim as an outage', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'running');
    let faults = 1;
    const engine = altered(world.engine, {
      stop: async (id) => {
        faults -= 1;
        if (faults >= 0) throw faultOf('container_engine', { effect: 'not_done' });
        return world.engine.stop(id);
      },
    });
    const { result, operation, calls } = await stop(world, engine);
    expect(result).toMatchObject({ outcome: 'success' });
    expect(operation).toMatchObject({ attempt: 2, failures: 0 });
    expect(calls).not.toContain('kill');
  });

  it('is given time to be seen ended before force is used', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'running');
    const engine = altered(world.engine, {
      stop: async (id) => {
        void world.clock.sleep(SETTINGS.verifyTimeoutMs - 100).then(() => world.engine.stop(id));
        return 'stopped';
      },
    });
    const { result, calls } = await stop(world, engine);
    expect(result).toMatchObject({ outcome: 'success' });
    expect(calls).not.toContain('kill');
  });

  it('and survives its kill is a failed stop: the status stays, and nothing says stopped', async () => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'generation_in_progress');
    const engine = altered(world.engine, { stop: async () => 'stopped', kill: async () => 'stopped' });
    const { result, operation, record, containers } = await stop(world, engine);
    expect(result).toEqual(failure('container_stop_failed', 'SIGKILL was sent and the container is still not gone'));
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'container_stop_failed' });
    expect(record).toEqual(before);
    expect(containers).toMatchObject([{ state: 'running' }]);
  });

  it('whose kill is not answered either waits for the engine, as nobody knows that it was sent', async () => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'running');
    let faults = 2;
    const unanswered = (call: (id: string) => Promise<StopOutcome>) => async (id: string) => {
      faults -= 1;
      if (faults >= 0) throw faultOf('container_engine');
      return call(id);
    };
    const engine = altered(world.engine, {
      stop: unanswered((id) => world.engine.stop(id)),
      kill: unanswered((id) => world.engine.kill(id)),
    });
    const { result, operation } = await stop(world, engine);
    expect(result).toEqual(success(before.currentContainerId ?? ''));
    expect(operation).toMatchObject({ attempt: 2, failures: 0 });
  });

  it('because its container is on its way out waits for the end of it', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'running');
    const engine = altered(world.engine, {
      stop: async () => 'already_stopped',
      inspect: async (id) => {
        const inspection = await world.engine.inspect(id);
        return inspection.kind === 'ours' ? { kind: 'ours', incarnation: { ...inspection.incarnation, state: 'removing' } } : inspection;
      },
    });
    expect(await stop(world, engine)).toMatchObject({ result: success(''), record: { status: 'removed' }, containers: [] });
  });
});
