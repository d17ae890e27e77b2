import { expect, it } from 'vitest';
import { altered, faultOf } from '../../test-support/intercept.test-support.js';
import { makeOperationRunner, SETTINGS, workOff } from '../../test-support/operation-runner.test-support.js';
import { decidedResults, enqueue, makeWorld, operationOf, startJob } from '../../test-support/world.test-support.js';

it('a create that is never answered ends the job after the window, though every look is answered', async () => {
  const world = makeWorld();
  const engine = altered(world.engine, {
    create: async () => {
      await world.clock.sleep(20_000);
      throw faultOf('container_engine');
    },
  });
  await enqueue(world, startJob());
  await workOff(world, makeOperationRunner(world, { engine }));
  expect(decidedResults(world)).toMatchObject([{ errorCode: 'docker_unavailable' }]);
  expect(world.clock.monotonicMs()).toBeLessThan(SETTINGS.unavailableWindowMs * 1.5);
});

it('a long pull that ends with the engine counts as the little time in which the engine was away', async () => {
  const world = makeWorld();
  let pulls = 0;
  const engine = altered(world.engine, {
    ensureImage: async (imageRef, signal) => {
      pulls += 1;
      if (pulls > 1) return world.engine.ensureImage(imageRef, signal);
      await world.clock.sleep(50_000);
      throw faultOf('container_engine');
    },
  });
  const opId = await enqueue(world, startJob());
  await workOff(world, makeOperationRunner(world, { engine }));
  expect(operationOf(world, opId)).toMatchObject({ status: 'succeeded', unavailableMs: 11_000 });
});
