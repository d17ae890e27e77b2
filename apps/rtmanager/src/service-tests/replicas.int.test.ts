import { setTimeout as sleep } from 'node:timers/promises';
import { jobCount, openWorld, runMixedJobs, seed, type World } from '@galaxy/faults';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const [JOBS, TROUBLES] = [jobCount(300), jobCount(12)];
// A replica is killed, asked to end, or stopped in its tracks for up to twice as long as its claims and its lease live.
const TROUBLE = fc.noBias(
  fc.record({
    which: fc.constantFrom(0 as const, 1 as const),
    how: fc.constantFrom('SIGKILL' as const, 'SIGTERM' as const, 'SIGSTOP' as const),
    afterMs: fc.integer({ min: 100, max: 3000 }),
    forMs: fc.integer({ min: 500, max: 10_000 }),
  }),
);

it(`two replicas answer ${JOBS} mixed jobs exactly once each, in order, though one or the other ends, dies or freezes`, {
  timeout: 300_000,
}, async () => {
  const replicas = await Promise.all([world.start(), world.start()]);
  await Promise.all(replicas.map((replica) => replica.untilReady()));
  const roles = (await Promise.all(replicas.map((replica) => replica.readyz()))).map(({ role }) => role);
  expect(roles.toSorted()).toEqual(['leader', 'standby']);
  const meanwhile = async () => {
    for (const { which, how, afterMs, forMs } of fc.sample(TROUBLE, { numRuns: TROUBLES, seed })) {
      await sleep(afterMs);
      if (how !== 'SIGSTOP') {
        await replicas[which].end(how);
        replicas[which] = await world.start();
      } else {
        replicas[which].signal('SIGSTOP');
        await sleep(forMs);
        replicas[which].signal('SIGCONT');
      }
    }
  };
  console.log(await runMixedJobs(world, { jobs: JOBS, games: 30, ahead: 60, spreadMs: TROUBLES * 3500, meanwhile }));
});
