import { getEventListeners } from 'node:events';
import { ManualClock } from '@galaxy/adapter-memory';
import { describe, expect, it } from 'vitest';
import { whenTrusted } from './coordinator-duty.js';
import type { RestoreGuard } from './restore-guard.js';

/** A guard that says what it is told to. */
function guardThatSays(mayWork: boolean) {
  const listeners = new Set<() => void>();
  const guard: RestoreGuard = {
    mayWork: () => Promise.resolve(mayWork),
    distrust: () => {
      for (const listener of [...listeners]) listener();
    },
    onDistrust: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return { guard, listening: () => listeners.size };
}

const untilAborted = (signal: AbortSignal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));

describe('whenTrusted', () => {
  it('ends the work when the database is distrusted', async () => {
    const { guard, listening } = guardThatSays(true);
    const done = whenTrusted(guard, new ManualClock(), untilAborted, new AbortController().signal);
    await Promise.resolve();
    await Promise.resolve();
    guard.distrust();
    await done;
    expect(listening()).toBe(0);
  });

  it('ends the work when it is told to end', async () => {
    const { guard, listening } = guardThatSays(true);
    const stop = new AbortController();
    const done = whenTrusted(guard, new ManualClock(), untilAborted, stop.signal);
    await Promise.resolve();
    await Promise.resolve();
    stop.abort();
    await done;
    expect(listening()).toBe(0);
  });

  it('does nothing while the database is held, and looks again after a while', async () => {
    const { guard } = guardThatSays(false);
    const clock = new ManualClock();
    let worked = false;
    const done = whenTrusted(
      guard,
      clock,
      async () => {
        worked = true;
      },
      new AbortController().signal,
    );
    await clock.advance(1000);
    await done;
    expect(worked).toBe(false);
  });

  it('listens once to the signal that all parts of a duty share, also while the database is held', async () => {
    const { guard } = guardThatSays(false);
    const [clock, stop] = [new ManualClock(), new AbortController()];
    const done = whenTrusted(guard, clock, untilAborted, stop.signal);
    await clock.advance(1);
    expect(clock.sleeping).toBe(1);
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1);
    stop.abort();
    await done;
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0);
  });
});
