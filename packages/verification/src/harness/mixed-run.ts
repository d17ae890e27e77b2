import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '@galaxy/testing';
import { violationsOf } from './check-run.js';
import { watchContainers } from './container-watch.js';
import { type Pace, type PlannedJob, planJobs, publishAll, publishedJobs } from './lobby-run.js';
import type { World } from './service-world.js';
import { KEYS, type Written, written } from './streams.js';
import { seed } from './test-scale.js';

/** How to run mixed jobs. */
export interface MixedRun extends Pace {
  readonly jobs: number;
  readonly games: number;
  /** What the test does to the service or its servers meanwhile. When it returns, all of them are up again. */
  readonly meanwhile?: () => Promise<void>;
}

// Longer than a claim or a lease lives. A process that only seemed dead would do something within this time.
const AFTERMATH_MS = 6000;

const CHECKED_WITHIN_MS = 60_000;

/** What a run came to. */
export interface MixedOutcome {
  /** One line about the run, with the seed that repeats it. */
  readonly told: string;
  /** Everything that must never be. */
  readonly violations: readonly string[];
}

/** Publishes mixed jobs, waits until all of them are done, and checks the run. */
export async function runMixedJobs(world: World, run: MixedRun): Promise<MixedOutcome> {
  const { meanwhile } = run;
  const plan = planJobs(seed, run);
  const watch = watchContainers(world.docker, world.instance);
  const startedAt = performance.now();
  const [, answeredMeanwhile] = await Promise.all([
    publishAll(world.redis, plan, run),
    meanwhile?.().then(() => world.redis.xlen(KEYS.results)),
  ]);
  await untilAnswered(world, plan);
  const seconds = (performance.now() - startedAt) / 1000;

  const jobs = await publishedJobs(world.redis, plan);
  const check = async () => [...(await violationsOf({ world, jobs })), ...world.problems()];
  const found = await lastingViolations(check);
  if (meanwhile !== undefined) {
    await sleep(AFTERMATH_MS);
    found.push(...(await check()).map((violation) => `a while later: ${violation}`));
  }
  const { violations, looks, ran } = await watch.end();
  const results = await written(world.redis, KEYS.results);
  found.push(...violations, ...neverRan(results, ran).map((id) => `a success names ${id}, which never ran`));
  const rate = `${jobs.length} jobs in ${seconds.toFixed(1)} s (${(jobs.length / seconds).toFixed(1)}/s)`;
  const meanwhileLine = answeredMeanwhile === undefined ? '' : ` ${answeredMeanwhile} answered before the last injection ended;`;
  return {
    told: `seed ${seed}: ${rate};${meanwhileLine} ${ran.size} containers seen, ${looks} looks; ${tally(results)}`,
    violations: found,
  };
}

/** Checks again and again until nothing is wrong, and returns what still is when the time is over. */
async function lastingViolations(check: () => Promise<string[]>): Promise<string[]> {
  const endsAt = performance.now() + CHECKED_WITHIN_MS;
  for (;;) {
    const found = await check();
    if (found.length === 0 || performance.now() > endsAt) return found;
    await sleep(500);
  }
}

async function untilAnswered(world: World, plan: readonly PlannedJob[]): Promise<void> {
  const jobs = await publishedJobs(world.redis, plan);
  const answerable = jobs.filter(({ meaning }) => meaning.lane !== null).length;
  const isAnswered = async () => (await world.redis.xlen(KEYS.results)) >= answerable;
  try {
    await waitFor(`seed ${seed}: ${answerable} results`, isAnswered, { timeoutMs: 120_000, everyMs: 100, hopeless: world.gone });
  } catch (error) {
    console.error(await world.story());
    throw error;
  }
}

/** The containers that never ran although a success names them. Replays do not count. */
export function neverRan(results: readonly Written[], ran: ReadonlySet<string>): readonly string[] {
  const fresh = results.filter(({ outcome, error_code }) => outcome === 'success' && error_code === '');
  return fresh.map((result) => result['container_id'] ?? '').filter((id) => id !== '' && !ran.has(id));
}

function tally(results: readonly Written[]): string {
  const counts = new Map<string, number>();
  for (const result of results) {
    const code = result['error_code'] === '' ? 'success' : (result['error_code'] ?? '');
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return [...counts].map(([code, count]) => `${code} ${count}`).join(', ');
}
