import type { Clock } from '@galaxy/manager-ports';

/** Measures for how long every call has failed. */
export interface FailingStreak {
  /** Milliseconds since the first failure after the last success; 0 when no call has failed since that success. */
  readonly failingMs: number;
  /** Forgets all failures so far. */
  forget(): void;
  /** Makes the call and records whether it failed. Throws what the call throws. */
  run<T>(call: () => Promise<T>): Promise<T>;
}

/** Makes a streak without failures. As long as nobody calls `run`, it stays so. */
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
