import { expect, it } from 'vitest';
import { inParallel } from './in-parallel.js';

it('gives all results in order, with never more than so many at a time', async () => {
  let now = 0;
  let most = 0;
  const results = await inParallel([1, 2, 3, 4, 5], 2, async (item) => {
    now += 1;
    most = Math.max(most, now);
    for (let turns = 0; turns < 6 - item; turns += 1) await Promise.resolve();
    now -= 1;
    return item * 10;
  });
  expect(results).toEqual([10, 20, 30, 40, 50]);
  expect(most).toBe(2);
  expect(await inParallel([], 2, async () => 1)).toEqual([]);
});

it('begins no more after one that throws', async () => {
  const begun: number[] = [];
  const work = async (item: number): Promise<void> => {
    begun.push(item);
    await Promise.resolve();
    if (item === 1) throw new Error('no');
  };
  await expect(inParallel([1, 2, 3, 4, 5, 6], 2, work)).rejects.toThrow('no');
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun.length).toBeLessThan(5);
});
