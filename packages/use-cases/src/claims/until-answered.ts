import type { Clock } from '@galaxy/manager-ports';
import { RuntimeFault } from '@galaxy/ports';
import type { HeldClaim } from './held-claim.js';

export interface UntilAnswered {
  readonly clock: Clock;
  /** Throws when there should be no other try. */
  readonly assertMayGoOn: () => void;
  /** Told with the last fault when the answer is late: after one second, and each time that the wait has doubled. */
  readonly late?: (ms: number, error: unknown) => void;
}

const RETRY_MS = 250;
const LATE_MS = 1000;

/**
 * Makes a call of the journal again and again until it is answered: the database may not answer, or somebody else may hold a row of
 * the game. After a while the operation no longer occupies a place of the worker: a held row stops its own game only.
 * @throws what the call throws, if trying again does not help, and what `assertMayGoOn` throws.
 */
export function untilAnswered<T>(held: HeldClaim, call: () => Promise<T>, { clock, assertMayGoOn, late }: UntilAnswered): Promise<T> {
  return held.whileWaiting(async () => {
    const sinceMs = clock.monotonicMs();
    let lateMs = LATE_MS;
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof RuntimeFault && error.retryable)) throw error;
        assertMayGoOn();
        const ms = clock.monotonicMs() - sinceMs;
        if (ms >= lateMs) late?.(Math.round(ms), error);
        while (lateMs <= ms) lateMs *= 2;
        await clock.sleep(RETRY_MS);
      }
    }
  });
}
