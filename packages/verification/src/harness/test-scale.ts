import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';

/** The seed of everything random in a run: `GALAXY_TEST_SEED`, or another one each time. Every failure names it. */
export const seed = Number(process.env['GALAXY_TEST_SEED'] ?? randomInt(2 ** 31));

/** The seed of a test that is the same in every run: `GALAXY_TEST_SEED`, or the given one. */
export function seedOr(fixed: number): number {
  return Number(process.env['GALAXY_TEST_SEED'] ?? fixed);
}

const scale = Number(process.env['GALAXY_TEST_SCALE'] ?? 1);

/** `count` times `GALAXY_TEST_SCALE` (default 1). */
export function jobCount(count: number): number {
  return Math.max(1, Math.round(count * scale));
}

/** How many worlds a suite has at a time. Worlds mostly wait, so two for each core still get enough processor time. */
export const worldsAtOnce = 2 * availableParallelism();

/** How many processes of the service a suite starts at the same moment: as many as there are cores, but at least three. */
export function processesAtOnce(most: number): number {
  return Math.min(most, Math.max(3, availableParallelism()));
}
