import { jobCount, openWorld, runMixedJobs, type World } from '@galaxy/verification';
import { afterAll, beforeAll, expect, it } from 'vitest';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const JOBS = jobCount(150);

it(`answers ${JOBS} mixed jobs over 50 games exactly once each, in order`, { timeout: 240_000 }, async () => {
  const rtmanager = await world.start();
  await rtmanager.untilReady();
  const { told, violations } = await runMixedJobs(world, { jobs: JOBS, games: 50, ahead: 60 });
  console.log(told);
  expect(violations, told).toEqual([]);
});
