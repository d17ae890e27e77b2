import { DependencyFault } from '@galaxy/ports';
import { describe, expect, it } from 'vitest';
import { Coalescer } from './coalescer.js';

const fault = (retryable: boolean) => new DependencyFault({ message: 'no', retryable, dependency: 'postgres', effect: 'not_done' });

/** A run that records its batches and is let go by hand. */
function slowRun() {
  const batches: (readonly string[])[] = [];
  const gates: (() => void)[] = [];
  const run = async (items: readonly string[]) => {
    batches.push(items);
    await new Promise<void>((resolve) => gates.push(resolve));
    return items.map((item) => item.toUpperCase());
  };
  return { batches, run, letGo: () => gates.shift()?.() };
}

describe('Coalescer', () => {
  const options = { key: (item: string) => item.slice(0, 1), maxItems: 3, maxBatches: 1 };

  it('runs a lone call at once, and puts those that come meanwhile together', async () => {
    const { batches, run, letGo } = slowRun();
    const coalescer = new Coalescer(run, options);
    const outcomes = Promise.all(['a', 'b', 'c', 'd', 'e'].map((item) => coalescer.add(item)));
    for (let n = 0; n < 3; n++) {
      await expect.poll(() => batches.length).toBe(n + 1);
      letGo();
    }
    expect(await outcomes).toEqual(['A', 'B', 'C', 'D', 'E']);
    expect(batches).toEqual([['a'], ['b', 'c', 'd'], ['e']]);
  });

  it('never puts two items with one key into a batch, and keeps their order', async () => {
    const { batches, run, letGo } = slowRun();
    const coalescer = new Coalescer(run, options);
    const outcomes = Promise.all(['x', 'a1', 'a2', 'b'].map((item) => coalescer.add(item)));
    for (let n = 0; n < 3; n++) {
      await expect.poll(() => batches.length).toBe(n + 1);
      letGo();
    }
    await outcomes;
    expect(batches).toEqual([['x'], ['a1', 'b'], ['a2']]);
  });

  it('has as many batches under way as allowed', async () => {
    const { batches, run, letGo } = slowRun();
    const coalescer = new Coalescer(run, { ...options, maxBatches: 2 });
    const outcomes = Promise.all(['a', 'b', 'c'].map((item) => coalescer.add(item)));
    expect(batches).toEqual([['a'], ['b']]);
    for (let n = 0; n < 3; n++) {
      await expect.poll(() => batches.length).toBeGreaterThan(n);
      letGo();
    }
    await outcomes;
  });

  it('tells every caller of a fault, and goes on', async () => {
    let calls = 0;
    const coalescer = new Coalescer(async (items: readonly string[]) => {
      calls++;
      if (calls === 2) throw fault(true);
      return items;
    }, options);
    const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((item) => coalescer.add(item)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(await coalescer.add('d')).toBe('d');
  });

  it('tries a batch that is refused for good one by one, so that only the culprit is refused', async () => {
    const coalescer = new Coalescer(async (items: readonly string[]) => {
      if (items.includes('bad')) throw fault(false);
      return items;
    }, options);
    const outcomes = await Promise.allSettled(['a', 'bad', 'c'].map((item) => coalescer.add(item)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('rejects when a run forgets an outcome', async () => {
    const coalescer = new Coalescer<string, string>(async () => [], options);
    await expect(coalescer.add('a')).rejects.toThrow(/one outcome for each/);
  });
});
