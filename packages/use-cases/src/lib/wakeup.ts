import type { Clock } from '@galaxy/manager-ports';

/** A signal between loops of one process: one loop waits for it, other loops send it. */
export interface Wakeup {
  /** Ends the current wait; if there is none, the next wait returns at once. */
  wake(): void;
  /** Does the same after `ms` milliseconds. Returns at once. */
  wakeIn(ms: number): void;
  /** Returns when woken, after `maxWaitMs`, or when the signal aborts; at once if it was woken since the last wait. */
  wait(maxWaitMs: number, signal: AbortSignal): Promise<void>;
}

/** Makes a wakeup. It only saves time: a loop that misses it continues after its longest wait. */
export function makeWakeup(clock: Clock): Wakeup {
  let cutShort = new AbortController();
  const wake = (): void => {
    cutShort.abort();
  };
  return {
    wake,
    wakeIn(ms) {
      void clock.sleep(ms).then(wake);
    },
    async wait(maxWaitMs, signal) {
      // Not AbortSignal.any: it leaves an entry in the long-lived signal for every wait (nodejs/node#54614).
      signal.addEventListener('abort', wake);
      if (!signal.aborted) await clock.sleep(maxWaitMs, cutShort.signal);
      signal.removeEventListener('abort', wake);
      cutShort = new AbortController();
    },
  };
}
