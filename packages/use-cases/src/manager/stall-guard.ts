import type { Clock, Observer } from '@galaxy/manager-ports';

export interface StallGuardDeps {
  readonly clock: Clock;
  readonly observer: Observer;
  /** In milliseconds: after the process did not run for longer than this, it no longer relies on its claims and lease. */
  readonly limitMs: number;
  /** Lets go of everything that expires: claims and the lease. */
  readonly letGo: () => void;
}

const LOOK_EVERY_MS = 250;

/**
 * Detects that the process did not run for a while: a stop signal, a debugger or a long calculation kept it from renewing, and
 * other processes may have taken over its claims and lease. After a pause longer than the limit it lets go of all of them, and
 * the process goes on with new claims. Runs until the signal aborts.
 *
 * This only makes a frozen process useful again soon. The fence is what keeps it from touching what it has lost: no matter which
 * code runs first after a freeze, no change to a container begins under a renewal that is as old as the freeze.
 */
export async function guardAgainstStalls({ clock, observer, limitMs, letGo }: StallGuardDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const ranAtMs = clock.monotonicMs();
    await clock.sleep(LOOK_EVERY_MS, signal);
    const ms = Math.round(clock.monotonicMs() - ranAtMs);
    if (ms <= limitMs) continue;
    letGo();
    observer.observe({ kind: 'stalled', ms });
  }
}
