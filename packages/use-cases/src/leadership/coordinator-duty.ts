import type { Clock, LeaseGrant, Observer } from '@galaxy/manager-ports';
import { runLoop } from '../lib/run-loop.js';
import type { LeasedDuty } from './lease-holder.js';
import type { RestoreGuard } from './restore-guard.js';

/** One part of the coordinator's duty. It is called again and again while the lease is held. */
export type DutyTurn = (lease: LeaseGrant, signal: AbortSignal) => Promise<void>;

export interface CoordinatorDeps {
  readonly guard: RestoreGuard;
  readonly clock: Clock;
  readonly observer: Observer;
  readonly turns: Readonly<Record<string, DutyTurn>>;
}

const HELD_LOOK_MS = 1000;

/**
 * Combines the work that only one process may do into one duty. Each turn runs in its own loop and is retried alone: the fault
 * of one server stops neither the other turns nor the lease. No turn begins while the database may have been restored from a
 * backup.
 */
export function coordinatorDuty({ guard, clock, observer, turns }: CoordinatorDeps): LeasedDuty {
  const part = ([name, turn]: [string, DutyTurn], lease: LeaseGrant, held: AbortSignal): Promise<void> =>
    runLoop(name, (signal) => whenTrusted(guard, clock, (trusted) => turn(lease, trusted), signal), held, { clock, observer });
  return async (lease, held) => {
    const parts = Object.entries(turns).map((entry) => ({ entry, over: new AbortController() }));
    const end = (): void => {
      for (const { over } of parts) over.abort();
    };
    // A signal of its own for each part: Node.js warns when a signal has more than ten listeners.
    held.addEventListener('abort', end, { once: true });
    if (held.aborted) end();
    try {
      await Promise.all(parts.map(({ entry, over }) => part(entry, lease, over.signal)));
    } finally {
      held.removeEventListener('abort', end);
    }
  };
}

/**
 * Does the work if the restore guard allows it; otherwise waits for one second. The work's signal also aborts when the guard
 * distrusts the database: another database may answer next, and what was read before may not be true in it.
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
    // A signal of its own for each turn: all turns share the outer signal, and Node.js warns above ten listeners.
    await ((await guard.mayWork()) ? work(over.signal) : clock.sleep(HELD_LOOK_MS, over.signal));
  } finally {
    stopListening();
    signal.removeEventListener('abort', end);
  }
}
