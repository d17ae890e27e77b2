import type { Clock, Observer } from '@galaxy/manager-ports';

export interface RunLoopDeps {
  readonly clock: Clock;
  readonly observer: Observer;
  /** The longest pause after a turn that failed, in milliseconds; default 5000. */
  readonly maxPauseMs?: number;
}

const FIRST_PAUSE_MS = 100;

/**
 * Runs `turn` again and again until the signal aborts. After a turn that throws it pauses, each time for longer, up to the
 * longest pause: so the loop survives any outage of a server. The pauses start short again after a turn that succeeded, or that
 * ran for longer than the longest pause before it failed. Never throws.
 */
export async function runLoop(
  loop: string,
  turn: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
  { clock, observer, maxPauseMs = 5000 }: RunLoopDeps,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const begunAtMs = clock.monotonicMs();
    try {
      await turn(signal);
      if (failures > 0) observer.observe({ kind: 'loop_recovered', loop });
      failures = 0;
    } catch (error) {
      if (clock.monotonicMs() - begunAtMs > maxPauseMs) failures = 0;
      const retryInMs = Math.min(FIRST_PAUSE_MS * 2 ** failures, maxPauseMs);
      failures = Math.min(failures + 1, 10);
      observer.observe({ kind: 'loop_failed', loop, error, retryInMs });
      await clock.sleep(retryInMs, signal);
    }
  }
}
