import type { Clock } from '@galaxy/manager-ports';

/** Tells how long calls have been failing one after the other. */
export interface FailingStreak {
  /** Milliseconds since the first failure after the last call that worked; 0 when none has failed since. */
  readonly failingMs: number;
  /** Forgets all failures so far. */
  forget(): void;
  /** Makes a call that counts. */
  run<T>(call: () => Promise<T>): Promise<T>;
}

/** Starts counting. Where no calls are made, nothing fails. */
export function makeFailingStreak(clock: Clock): FailingStreak {
  let sinceMs: number | null = null;
  return {
    get failingMs() {
      return sinceMs === null ? 0 : clock.monotonicMs() - sinceMs;
    },
    forget() {
      sinceMs = null;
    },
    async run(call) {
      try {
        const answer = await call();
        sinceMs = null;
        return answer;
      } catch (error) {
        sinceMs ??= clock.monotonicMs();
        throw error;
      }
    },
  };
}
