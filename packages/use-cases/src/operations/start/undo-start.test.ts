import type { Inspection } from '@galaxy/manager-ports';
import { describe, expect, it } from 'vitest';
import { altered, type Call, intercept } from '../../test-support/intercept.test-support.js';
import { makeOperationRunner, workOff } from '../../test-support/operation-runner.test-support.js';
import {
  BAD_IMAGES,
  containersOf,
  decidedResults,
  enqueue,
  makeWorld,
  plantContainer,
  plantRuntime,
  recordOf,
  startJob,
} from '../../test-support/world.test-support.js';

describe('undoing a start', () => {
  it('removes what it created only after a renewal', async () => {
    const world = makeWorld();
    const order: string[] = [];
    const note = async ({ method, go }: Call) => {
      order.push(method);
      return go();
    };
    await enqueue(world, startJob(BAD_IMAGES.refusesStart));
    const runner = makeOperationRunner(world, {
      engine: intercept('engine', world.engine, note),
      journal: intercept('journal', world.journal, note),
    });
    await workOff(world, runner);
    const removed = order.indexOf('remove');
    expect(order.slice(removed - 3, removed + 1)).toEqual(['start', 'find', 'renew', 'remove']);
    expect(await containersOf(world)).toEqual([]);
  });

  it('leaves alone what another operation created, and what is foreign', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'removed');
    const id = await plantContainer(world, { opId: 'another' });
    await enqueue(world, startJob(BAD_IMAGES.missing));
    await workOff(world);
    expect(decidedResults(world)).toMatchObject([{ errorCode: 'image_pull_failed' }]);
    expect(world.engine.ids).toEqual([id]);
  });

  it('does not put back a previous container that is on its way out', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'stopped');
    const engine = altered(world.engine, {
      inspect: async (id): Promise<Inspection> => {
        const inspection = await world.engine.inspect(id);
        return inspection.kind === 'ours' ? { kind: 'ours', incarnation: { ...inspection.incarnation, state: 'removing' } } : inspection;
      },
    });
    await enqueue(world, startJob(BAD_IMAGES.missing));
    await workOff(world, makeOperationRunner(world, { engine }));
    expect(recordOf(world)).toMatchObject({ status: 'removed', currentContainerId: null });
  });
});
