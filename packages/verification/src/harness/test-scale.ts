import { randomInt } from 'node:crypto';
import { availableParallelism, loadavg } from 'node:os';

/** What decides everything random of a run: `GALAXY_TEST_SEED`, or another one each time. Every failure names it. */
export const seed = Number(process.env['GALAXY_TEST_SEED'] ?? randomInt(2 ** 31));

/** What decides everything random where every run is to be the same: `GALAXY_TEST_SEED`, or this one. */
export function seedOr(fixed: number): number {
  return Number(process.env['GALAXY_TEST_SEED'] ?? fixed);
}

const scale = Number(process.env['GALAXY_TEST_SCALE'] ?? 1);

/** How many jobs a run takes: `count` times `GALAXY_TEST_SCALE` (1 when not given). */
export function jobCount(count: number): number {
  return Math.max(1, Math.round(count * scale));
}

/** How many worlds of their own a suite has at a time: they mostly wait, and two a core leave no wait of theirs hungry. */
export const worldsAtOnce = 2 * availableParallelism();

/** How many processes of the service a suite starts at the same moment: no more than there are cores, but enough to compete. */
export function processesAtOnce(most: number): number {
  return Math.min(most, Math.max(3, availableParallelism()));
}

/**
 * How long what is promised within so many milliseconds may take on this machine now. A promise is made of a machine with processor
 * time to give: where three want each processor, everything takes three times as long, and nobody has broken a promise.
 */
export function promisedMs(ms: number): number {
  const [wanting = 0] = loadavg();
  return ms * Math.max(1, wanting / availableParallelism());
}
