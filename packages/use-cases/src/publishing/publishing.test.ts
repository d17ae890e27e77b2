import { expect, it } from 'vitest';
import { intercept } from '../test-support/intercept.test-support.js';
import { decide } from '../test-support/outbox.test-support.js';
import { makeWorld, pass } from '../test-support/world.test-support.js';
import { makePublishing } from './publishing.js';

const HOUR_MS = 3_600_000;
const lease = (epoch: bigint) => ({ name: 'coordinator', holder: 'h', epoch });

it('forgets lanes after something was deleted and in the first turn under a lease, but walks at no other time', async () => {
  const world = makeWorld();
  const walks: unknown[] = [];
  const results = intercept('results', world.results, (call) => {
    if (call.method === 'walk') walks.push(call.args[0]);
    return call.go();
  });
  const { now, turns } = makePublishing({ ...world, results, resendWithinMs: HOUR_MS, keepPublishedMs: 2 * HOUR_MS });
  const turn = (name: 'prune' | 'forget', epoch: bigint) =>
    pass(world, turns[name](lease(epoch), new AbortController().signal), 700_000, 10_000);
  await now([decide(world, 'a', 'a1')]);
  await now([decide(world, 'b', 'b1')]);
  await turn('forget', 1n);
  expect(walks).toEqual([null]);
  await turn('forget', 1n);
  await turn('prune', 1n);
  expect(await world.results.held(['a', 'b'])).toEqual([1n, 1n]);
  await world.clock.advance(2 * HOUR_MS);
  await turn('prune', 1n);
  await turn('forget', 1n);
  expect(await world.results.held(['a', 'b'])).toEqual([0n, 1n]);
  const before = walks.length;
  await turn('forget', 1n);
  expect(walks).toHaveLength(before);
  await turn('forget', 2n);
  expect(walks).toHaveLength(before + 1);
});
