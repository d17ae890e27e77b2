import { randomInt } from 'node:crypto';

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
