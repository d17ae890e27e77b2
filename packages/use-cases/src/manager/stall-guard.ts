import type { Clock, Observer } from '@galaxy/manager-ports';

/** What watches over a process. */
export interface StallGuardDeps {
  readonly clock: Clock;
  readonly observer: Observer;
  /** How long the process may not have run before it counts on nothing it holds any more, in milliseconds. */
  readonly limitMs: number;
  /** Lets go of everything that is held for a time only: claims, leases. */
  readonly letGo: () => void;
}

const LOOK_EVERY_MS = 250;

/**
 * Watches until the signal aborts whether the process is run at all: a stop signal, a debugger or a long calculation keeps it
 * from renewing what it holds, and others may have taken it since. When it was not run for longer than the limit, lets
 * everything go; it goes on with what it claims anew.
 *
 * This makes a frozen process useful again soon. That it touches nothing it has lost is the fence's doing: whatever runs
 * first after a freeze, no change to a container begins under a renewal that is as old as the freeze.
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
