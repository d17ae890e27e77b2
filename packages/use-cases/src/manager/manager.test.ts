import { expect, it } from 'vitest';
import { faultOf } from '../test-support/intercept.test-support.js';
import { openManager, runUntil } from '../test-support/manager-fixture.test-support.js';
import { IMAGE, makeWorld, publishJob, recordOf } from '../test-support/world.test-support.js';

const CLAIM_TTL_MS = 5000;
const LEASE_TTL_MS = 5000;

it('renews its claims within their time to live once the store is back, however long it was away', async () => {
  const world = makeWorld();
  const renewedAtMs: number[] = [];
  let isAway = false;
  const process = openManager(world, {
    onCall: async ({ port, method, go }) => {
      // The start stays under way for the whole test.
      if (port === 'engine' && method === 'find') return new Promise(() => undefined);
      if (port !== 'journal' || method !== 'renew') return go();
      if (isAway) throw faultOf('postgres', { effect: 'not_done' });
      renewedAtMs.push(world.clock.monotonicMs());
      return go();
    },
  });
  publishJob(world, 'g1', IMAGE);
  await world.clock.advance(10_000);
  expect(renewedAtMs.length).toBeGreaterThan(0);
  isAway = true;
  await world.clock.advance(33_000);
  isAway = false;
  const backAtMs = world.clock.monotonicMs();
  await world.clock.advance(10_000);
  const first = renewedAtMs.find((at) => at >= backAtMs) ?? Number.POSITIVE_INFINITY;
  expect(first - backAtMs).toBeLessThan(CLAIM_TTL_MS / 2);
  await process.stop();
});

it.each(['killed', 'stopped'] as const)('of three processes one leads at a time, and another one soon after it was %s', async (end) => {
  const world = makeWorld();
  const processes = [openManager(world), openManager(world), openManager(world)];
  await world.clock.advance(1000);
  const [leader, ...more] = processes.filter((one) => one.isLeading());
  expect(more).toEqual([]);
  if (end === 'killed') leader?.kill();
  else await leader?.stop();
  const others = processes.filter((one) => one !== leader);
  await runUntil(world, () => others.some((one) => one.isLeading()), LEASE_TTL_MS + 2000);
  publishJob(world, 'g1', IMAGE);
  await runUntil(world, () => recordOf(world, 'g1')?.status === 'running', 5000);
  expect(others.filter((one) => one.isLeading())).toHaveLength(1);
});
