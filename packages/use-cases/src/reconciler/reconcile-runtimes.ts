import type { Clock, ContainerFleet, LeaseGrant } from '@galaxy/manager-ports';
import { makeWakeup } from '../lib/wakeup.js';
import { makePasses, type PassDeps, type Passes } from './reconcile-pass.js';

export interface ReconcilerDeps extends PassDeps {
  readonly fleet: ContainerFleet;
  /** Time from the beginning of one pass to the beginning of the next, in milliseconds. */
  readonly intervalMs: number;
}

/** The reconciler of one process: passes at regular intervals, and earlier observations after a change. */
export interface Reconciler extends Passes {
  /** Waits until a pass is due or a game has changed, then does the pass or observes the changed games. */
  readonly turn: (lease: LeaseGrant, signal: AbortSignal) => Promise<void>;
  /** Waits for the end of the next observation, then asks silent engines: in a loop of its own, so that no pass waits for them. */
  readonly ask: (lease: LeaseGrant, signal: AbortSignal) => Promise<void>;
  /** Listens for changes of containers. They only make observations come earlier: a missed change is found by the next pass. */
  readonly watch: (signal: AbortSignal) => Promise<void>;
}

/** Changes within this time are observed together. */
const COALESCE_MS = 100;

/**
 * Makes the reconciler of one process. It never changes a record or a container itself. It queues operations, and the process that
 * claims one inspects and decides again, so an outdated observation does no harm. While the container engine does not answer,
 * nothing is queued. A crash loses only the drift history.
 */
export function makeReconciler(deps: ReconcilerDeps): Reconciler {
  const passes = makePasses(deps);
  const agenda = makeAgenda(deps.clock);
  const observed = makeWakeup(deps.clock);
  return {
    ...passes,
    ask: async (lease, signal) => {
      await observed.wait(deps.intervalMs, signal);
      if (!signal.aborted) await passes.askSilent(lease, signal);
    },
    turn: async (lease, signal) => {
      await agenda.wait(lease, signal);
      if (signal.aborted) return;
      const changed = agenda.takeChanged();
      try {
        if (!agenda.isDue()) {
          if (changed.length > 0) await passes.lookAt(lease, changed);
        } else {
          agenda.dueIn(deps.intervalMs);
          await passes.pass(lease);
        }
        observed.wake();
      } catch (error) {
        // A change is announced only once. After a failed observation, only a pass over everything can find it.
        agenda.dueNow();
        throw error;
      }
    },
    watch: (signal) =>
      deps.fleet.watch((hint) => {
        if (hint.kind === 'connected') agenda.dueNow();
        else agenda.change(hint.gameId);
      }, signal),
  };
}

/** When the next pass is due, and which games to observe before it. */
function makeAgenda(clock: Clock) {
  const wakeup = makeWakeup(clock);
  let changed = new Set<string>();
  let dueAtMs = clock.monotonicMs();
  let epoch: bigint | null = null;
  const isDue = (): boolean => clock.monotonicMs() >= dueAtMs;
  return {
    isDue,
    dueIn(ms: number): void {
      dueAtMs = clock.monotonicMs() + ms;
    },
    dueNow(): void {
      dueAtMs = clock.monotonicMs();
      wakeup.wake();
    },
    change(gameId: string): void {
      changed.add(gameId);
      wakeup.wake();
    },
    takeChanged(): string[] {
      const taken = [...changed];
      changed = new Set();
      return taken;
    },
    /** Returns when there is something to observe; under a new lease at once. */
    async wait(lease: LeaseGrant, signal: AbortSignal): Promise<void> {
      if (lease.epoch !== epoch) dueAtMs = clock.monotonicMs();
      epoch = lease.epoch;
      if (isDue()) return;
      const regularAtMs = dueAtMs;
      await wakeup.wait(regularAtMs - clock.monotonicMs(), signal);
      if (clock.monotonicMs() < regularAtMs) await clock.sleep(COALESCE_MS, signal);
    },
  };
}
