import type { Clock, Hold, Holds, Observer } from '@galaxy/manager-ports';

export interface WatchHoldsDeps {
  readonly holds: Pick<Holds, 'list'>;
  readonly clock: Clock;
  readonly observer: Observer;
}

/** The holds in force, as this process last read them. */
export interface HoldsWatch {
  readonly inForce: readonly Hold[];
  /** Reads the holds, reports which were set or cleared, then waits two seconds. */
  readonly turn: (signal: AbortSignal) => Promise<void>;
}

const EVERY_MS = 2000;

/** Makes a watch for health, logs and metrics only: the statements that a hold stops check it in the store themselves. */
export function watchHolds({ holds, clock, observer }: WatchHoldsDeps): HoldsWatch {
  let inForce: readonly Hold[] = [];
  return {
    get inForce() {
      return inForce;
    },
    turn: async (signal) => {
      const before = inForce;
      inForce = await holds.list();
      for (const { reason, message } of without(inForce, before)) observer.observe({ kind: 'hold_changed', reason, held: true, message });
      for (const { reason, message } of without(before, inForce)) observer.observe({ kind: 'hold_changed', reason, held: false, message });
      await clock.sleep(EVERY_MS, signal);
    },
  };
}

const without = (all: readonly Hold[], others: readonly Hold[]) =>
  all.filter(({ reason }) => !others.some((other) => other.reason === reason));
