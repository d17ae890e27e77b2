import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '@galaxy/testing';
import { jobCount, openWorld, runMixedJobs, seed, type World } from '@galaxy/verification';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const [JOBS, KILLS] = [jobCount(120), jobCount(5)];
// From the middle of its start until well after it has taken over the claims of the process before it, which expire after five
// seconds.
const MOMENTS_MS = fc.noBias(fc.oneof(fc.integer({ min: 50, max: 1500 }), fc.integer({ min: 1500, max: 8000 })));

// Five failures exhaust an operation, and a process that dies during an operation is one failure. Other tests show that. Here the
// process is not killed while an operation runs that has failed so often that it could be exhausted before the next check.
const FAILED_OFTEN = 3;
const noneNearlyExhausted = async (): Promise<boolean> =>
  (await world.sql`select from runtime_operation_log where status = 'running' and failures >= ${FAILED_OFTEN}`).length === 0;

it(`answers ${JOBS} mixed jobs exactly once each, in order, though it is killed ${KILLS} times`, { timeout: 300_000 }, async () => {
  const meanwhile = async () => {
    let rtmanager = await world.start();
    for (const ms of fc.sample(MOMENTS_MS, { numRuns: KILLS, seed })) {
      await sleep(ms);
      await waitFor('jobs that failed often to be done', noneNearlyExhausted, { everyMs: 50 });
      await rtmanager.end('SIGKILL');
      rtmanager = await world.start();
    }
  };
  const { told, violations } = await runMixedJobs(world, { jobs: JOBS, games: 50, ahead: 40, spreadMs: KILLS * 3000, meanwhile });
  console.log(told);
  expect(violations, told).toEqual([]);
});
