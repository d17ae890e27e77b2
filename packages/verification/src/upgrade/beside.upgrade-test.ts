import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runMixedJobs } from '../harness/mixed-run.js';
import type { RtmanagerProcess } from '../harness/rtmanager-process.js';
import { openWorld, type World } from '../harness/service-world.js';
import { jobCount } from '../harness/test-scale.js';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const JOBS = jobCount(300);
const SPREAD_MS = JOBS * 250;
// A claim expires after five seconds: after this pause another process has taken over what this one had begun.
const TAKEN_OVER_MS = 7000;

/** Stops it for so long that others take over its claims, then lets it go on. */
async function freeze(process: RtmanagerProcess): Promise<void> {
  process.signal('SIGSTOP');
  await sleep(TAKEN_OVER_MS);
  process.signal('SIGCONT');
}

it(`${JOBS} jobs get one right result each while two replicas of the version before become two of this one`, {
  timeout: 180_000 + SPREAD_MS * 3,
}, async () => {
  const before = [await world.start({}, 'before'), await world.start({}, 'before')] as const;
  await Promise.all(before.map((replica) => replica.untilReady()));
  const meanwhile = async (): Promise<void> => {
    await sleep(2000);
    // Its migration runs while both others work.
    let now = await world.start();
    await now.untilReady();
    for (let round = 0; round < 3; round += 1) {
      for (const replica of before) await freeze(replica);
      // What this version began, the version before goes on with.
      await now.end('SIGKILL');
      await sleep(TAKEN_OVER_MS);
      now = await world.start();
      await now.untilReady();
    }
    await before[0].end('SIGKILL');
    const second = await world.start();
    await second.untilReady();
    await sleep(TAKEN_OVER_MS);
    await before[1].end('SIGTERM');
  };
  const { told, violations } = await runMixedJobs(world, { jobs: JOBS, games: 60, ahead: 40, spreadMs: SPREAD_MS, meanwhile });
  console.log(told);
  expect(violations, told).toEqual([]);
});
