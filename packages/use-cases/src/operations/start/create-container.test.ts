import type { ContainerEngine, Inspection } from '@galaxy/manager-ports';
import { describe, expect, it } from 'vitest';
import { altered, type Call, faultOf, intercept } from '../../test-support/intercept.test-support.js';
import { makeOperationRunner, workOff } from '../../test-support/operation-runner.test-support.js';
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
  startJob,
  type World,
} from '../../test-support/world.test-support.js';

/** Starts the game through the given engine; gives the calls that the engine saw, by name. */
async function start(world: World, engine: ContainerEngine = world.engine) {
  const opId = await enqueue(world, startJob());
  const calls: string[] = [];
  const seen = intercept('engine', engine, async ({ method, go }: Call) => {
    calls.push(method);
    return go();
  });
  await workOff(world, makeOperationRunner(world, { engine: seen }));
  const [result] = decidedResults(world);
  return { opId, calls, result, operation: operationOf(world, opId), containers: await containersOf(world) };
}

describe('a name that is taken', () => {
  it('by a foreign container is a conflict: neither it nor the record is touched', async () => {
    const world = makeWorld();
    const id = world.engine.plantForeign(GAME);
    const { result, containers } = await start(world);
    expect(result).toMatchObject({
      outcome: 'failure',
      errorCode: 'conflict',
      errorMessage: `the container name is taken by ${id}, which is not ours`,
    });
    expect(containers).toEqual([]);
    expect(world.engine.ids).toEqual([id]);
    expect(recordOf(world)).toBeNull();
  });

  it('by a foreign container that came in between is a conflict, and the record ends removed', async () => {
    const world = makeWorld();
    const ids: string[] = [];
    const engine = altered(world.engine, {
      create: async (spec) => {
        if (ids.length === 0) ids.push(world.engine.plantForeign(GAME));
        return world.engine.create(spec);
      },
    });
    const { result } = await start(world, engine);
    expect(result).toMatchObject({ errorCode: 'conflict' });
    expect(world.engine.ids).toEqual(ids);
    expect(recordOf(world)).toMatchObject({ status: 'removed' });
  });

  it.each(['unknown', 'not_done'] as const)('by this very attempt, whose reply was lost (%s), is adopted', async (effect) => {
    const world = makeWorld();
    const engine = altered(world.engine, {
      create: async (spec) => {
        await world.engine.create(spec);
        throw faultOf('container_engine', { effect });
      },
    });
    const { opId, calls, result, operation, containers } = await start(world, engine);
    expect(result).toMatchObject({ outcome: 'success', errorCode: '' });
    expect(operation.attempt).toBe(1);
    expect(containers).toMatchObject([{ owner: { opId, attempt: 1 } }]);
    expect(calls.filter((name) => name === 'create' || name === 'remove')).toEqual(['create']);
  });

  it('by this very attempt is adopted, even when the engine refuses with another reason', async () => {
    const world = makeWorld();
    const engine = altered(world.engine, {
      create: async (spec) => {
        await world.engine.create(spec);
        return { kind: 'refused', message: 'error 500' };
      },
    });
    expect((await start(world, engine)).result).toMatchObject({ outcome: 'success' });
  });

  it('by an older attempt of the same operation is removed after a renewal, and created anew', async () => {
    const world = makeWorld();
    const opId = await enqueue(world, startJob());
    const first = makeOperationRunner(world);
    const held = await first.claim();
    expect(held?.claim).toMatchObject({ opId, attempt: 1 });
    first.die();
    const older = await plantContainer(world, { opId, attempt: 1 });
    await world.clock.advance(20_000);

    const order: string[] = [];
    const note = async ({ method, go }: Call) => {
      order.push(method);
      return go();
    };
    const runner = makeOperationRunner(world, {
      engine: intercept('engine', world.engine, note),
      journal: intercept('journal', world.journal, note),
    });
    await workOff(world, runner);
    const removed = order.indexOf('remove');
    expect(order.slice(removed - 3, removed + 2)).toEqual(['create', 'find', 'renew', 'remove', 'create']);
    expect(await containersOf(world)).toMatchObject([{ owner: { opId, attempt: 2 }, state: 'running' }]);
    expect(world.engine.ids).not.toContain(older);
    expect(decidedResults(world)).toMatchObject([{ outcome: 'success' }]);
  });

  it('by an older operation of ours is removed, and created anew', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'removed');
    const older = await plantContainer(world, { opId: 'another' });
    const { opId, result, containers } = await start(world);
    expect(result).toMatchObject({ outcome: 'success' });
    expect(world.engine.ids).not.toContain(older);
    expect(containers).toMatchObject([{ owner: { opId, attempt: 1 } }]);
  });

  it('by nothing that can be seen frees up: it is tried again', async () => {
    const world = makeWorld();
    let refusals = 3;
    const engine = altered(world.engine, {
      create: async (spec) => {
        refusals -= 1;
        return refusals >= 0 ? { kind: 'name_taken' } : world.engine.create(spec);
      },
    });
    const { result, operation } = await start(world, engine);
    expect(result).toMatchObject({ outcome: 'success' });
    expect(operation.attempt).toBe(1);
  });

  it('by nothing that can be seen never frees up: the start fails after five tries', async () => {
    const world = makeWorld();
    const { result, calls } = await start(world, altered(world.engine, { create: async () => ({ kind: 'name_taken' }) }));
    expect(result).toMatchObject({
      errorCode: 'container_start_failed',
      errorMessage: 'the container name of the game does not become free',
    });
    expect(calls.filter((name) => name === 'create')).toHaveLength(5);
    expect(recordOf(world)).toMatchObject({ status: 'removed' });
  });

  it('by one of ours that is on its way out is waited for', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'removed');
    const older = await plantContainer(world, { opId: 'another' });
    const asRemoving = (inspection: Inspection): Inspection =>
      inspection.kind === 'ours' ? { kind: 'ours', incarnation: { ...inspection.incarnation, state: 'removing' } } : inspection;
    const engine = altered(world.engine, {
      find: async (gameId) => {
        const inspection = await world.engine.find(gameId);
        return world.engine.ids.includes(older) ? asRemoving(inspection) : inspection;
      },
    });
    const { result } = await start(world, engine);
    expect(result).toMatchObject({ outcome: 'success' });
    expect(world.engine.ids).not.toContain(older);
  });
});

describe('a create that is not answered', () => {
  it('and left nothing releases the claim as an outage: the next attempt creates', async () => {
    const world = makeWorld();
    let away = true;
    const engine = altered(world.engine, {
      create: async (spec) => {
        if (!away) return world.engine.create(spec);
        away = false;
        throw faultOf('container_engine');
      },
    });
    const { result, operation } = await start(world, engine);
    expect(result).toMatchObject({ outcome: 'success' });
    expect(operation).toMatchObject({ attempt: 2, failures: 0 });
  });

  it('because of a bug is a failed attempt', async () => {
    const world = makeWorld();
    let isBroken = true;
    const engine = altered(world.engine, {
      create: async (spec) => {
        if (!isBroken) return world.engine.create(spec);
        isBroken = false;
        throw new TypeError('a bug');
      },
    });
    const { result } = await start(world, engine);
    expect(result).toMatchObject({ outcome: 'success' });
    expect(world.events).toContainEqual(expect.objectContaining({ kind: 'claim_released', reason: 'failure' }));
  });
});
