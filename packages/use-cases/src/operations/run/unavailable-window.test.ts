import { expect, it } from 'vitest';
import { altered, faultOf } from '../../test-support/intercept.test-support.js';
import { makeOperationRunner, workOff } from '../../test-support/operation-runner.test-support.js';
import {
  containersOf,
  decidedResults,
  enqueue,
  makeWorld,
  OTHER_IMAGE,
  plantRuntime,
  recordOf,
  restoredRecord,
  startJob,
} from '../../test-support/world.test-support.js';

it('a start whose window is over leaves no container behind in an engine that answers again', async () => {
  const world = makeWorld();
  const engine = altered(world.engine, {
    start: async (id) => {
      await world.engine.start(id);
      await world.clock.sleep(20_000);
      throw faultOf('container_engine');
    },
  });
  await enqueue(world, startJob());
  await workOff(world, makeOperationRunner(world, { engine }));
  expect(decidedResults(world)).toMatchObject([{ errorCode: 'docker_unavailable' }]);
  expect(recordOf(world)).toMatchObject({ status: 'removed', currentContainerId: null });
  expect(await containersOf(world)).toEqual([]);
});

it('a start whose window is over while it replaces puts a previous container back that is still there', async () => {
  const world = makeWorld();
  const before = await plantRuntime(world, 'stopped');
  const engine = altered(world.engine, {
    remove: async () => {
      await world.clock.sleep(20_000);
      throw faultOf('container_engine');
    },
  });
  await enqueue(world, startJob(OTHER_IMAGE));
  await workOff(world, makeOperationRunner(world, { engine }));
  expect(decidedResults(world)).toMatchObject([{ errorCode: 'docker_unavailable' }]);
  const lastError = expect.stringMatching(/^docker_unavailable: /) as string;
  expect(recordOf(world)).toEqual(restoredRecord(before, recordOf(world)?.lastOpAt, lastError));
});
