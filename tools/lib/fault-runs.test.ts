import { expect, it } from 'vitest';
import { derivedSeed, toldOf } from './fault-runs.js';

it('finds what a suite tells among what the test runner writes', () => {
  const output = ['RUN v4', 'seed 7: 500 jobs in 20 s', ' ✓ x seed 7', 'seed 7: boots: 20', 'seed: none'].join('\n');
  expect(toldOf(output)).toEqual(['seed 7: 500 jobs in 20 s', 'seed 7: boots: 20']);
  expect(toldOf('nothing')).toEqual([]);
});

it('derives a seed of its own for each run, the same each time', () => {
  const seeds = Array.from({ length: 1000 }, (_, run) => derivedSeed(42, run));
  expect(seeds[0]).toBe(42);
  expect(new Set(seeds).size).toBe(1000);
  expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31)).toBe(true);
  expect(derivedSeed(42, 999)).toBe(seeds[999]);
});
