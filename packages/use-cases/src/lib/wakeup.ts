import type { Clock } from '@galaxy/manager-ports';

/** A signal between loops of one process: one waits for it, others give it. */
export interface Wakeup {
  /** Wakes the one that waits, or the next to wait. */
  wake(): void;
  /** The same after so many milliseconds. Returns at once. */
  wakeIn(ms: number): void;
  /** Returns at once if woken since the last wait, otherwise when woken, after `maxWaitMs`, or when the signal aborts. */
  wait(maxWaitMs: number, signal: AbortSignal): Promise<void>;
}

/** Makes a wakeup. A hint between loops only: each loop also looks by itself after its longest wait. */
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
      // By hand, since AbortSignal.any keeps a trace in the long-lived signal for every wait (nodejs/node#54614).
      signal.addEventListener('abort', wake);
      if (!signal.aborted) await clock.sleep(maxWaitMs, cutShort.signal);
      signal.removeEventListener('abort', wake);
      cutShort = new AbortController();
    },
  };
}
