import type { Clock, LeaseGrant, Observer } from '@galaxy/manager-ports';
import { runLoop } from '../lib/run-loop.js';
import type { LeasedDuty } from './lease-holder.js';
import type { RestoreGuard } from './restore-guard.js';

/** One part of the coordinator's duty: done again and again while the lease is held. */
export type DutyTurn = (lease: LeaseGrant, signal: AbortSignal) => Promise<void>;

/** What the coordinator does. */
export interface CoordinatorDeps {
  readonly guard: RestoreGuard;
  readonly clock: Clock;
  readonly observer: Observer;
  readonly turns: Readonly<Record<string, DutyTurn>>;
}

const HELD_LOOK_MS = 1000;

/**
 * Puts together what only one process does. Each part is tried again by itself: a fault of one server must cost neither the
 * lease nor the other parts. None begins while the database may be one that was restored.
 */
export function coordinatorDuty({ guard, clock, observer, turns }: CoordinatorDeps): LeasedDuty {
  const part = ([name, turn]: [string, DutyTurn], lease: LeaseGrant, held: AbortSignal): Promise<void> =>
    runLoop(name, (signal) => whenTrusted(guard, clock, (trusted) => turn(lease, trusted), signal), held, { clock, observer });
  return async (lease, held) => {
    await Promise.all(Object.entries(turns).map((entry) => part(entry, lease, held)));
  };
}

/**
 * Does the work if the database may be worked with, and otherwise waits for a while. The work's signal aborts also when the
 * database is distrusted: what was read from it before may not be true of the one that answers next.
 */
export async function whenTrusted(
  guard: RestoreGuard,
  clock: Clock,
  work: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const end = (): void => {
    over.abort();
  };
  const stopListening = guard.onDistrust(end);
  signal.addEventListener('abort', end);
  try {
    // All parts of a duty share the signal outside, which would complain of more than ten listeners.
    await ((await guard.mayWork()) ? work(over.signal) : clock.sleep(HELD_LOOK_MS, over.signal));
  } finally {
    stopListening();
    signal.removeEventListener('abort', end);
  }
}
