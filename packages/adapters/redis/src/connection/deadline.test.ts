import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeadlineError, unlessOver, withDeadline } from './deadline.js';

const never = () => new Promise<never>(() => undefined);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('withDeadline', () => {
  it('settles as the promise does', async () => {
    await expect(withDeadline(Promise.resolve(1), 100)).resolves.toBe(1);
    await expect(withDeadline(Promise.reject(new Error('no')), 100)).rejects.toThrow('no');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rejects when the time is over', async () => {
    const outcome = expect(withDeadline(never(), 100)).rejects.toThrow(DeadlineError);
    await vi.advanceTimersByTimeAsync(100);
    await outcome;
  });
});

describe('unlessOver', () => {
  it('settles as the promise does', async () => {
    const { signal } = new AbortController();
    await expect(unlessOver(Promise.resolve(1), 100, signal)).resolves.toBe(1);
    await expect(unlessOver(Promise.reject(new Error('no')), 100, signal)).rejects.toThrow('no');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives null when the time is over, or at once when the signal aborts', async () => {
    const late = unlessOver(never(), 100, new AbortController().signal);
    await vi.advanceTimersByTimeAsync(100);
    await expect(late).resolves.toBeNull();
    const aborting = new AbortController();
    const aborted = unlessOver(never(), 100, aborting.signal);
    aborting.abort();
    await expect(aborted).resolves.toBeNull();
    await expect(unlessOver(never(), 100, AbortSignal.abort())).resolves.toBeNull();
    // A rejection nobody waits for would end the process.
    await expect(
      unlessOver(
        Promise.resolve().then(() => Promise.reject(new Error('late'))),
        100,
        AbortSignal.abort(),
      ),
    ).resolves.toBeNull();
    expect(vi.getTimerCount()).toBe(0);
  });
});
