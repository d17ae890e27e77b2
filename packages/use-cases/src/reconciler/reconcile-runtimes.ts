import type { Clock, ContainerFleet, LeaseGrant } from '@galaxy/manager-ports';
import { makeWakeup } from '../lib/wakeup.js';
import { makePasses, type PassDeps, type Passes } from './reconcile-pass.js';

/** What finds and mends what records and containers do not agree about. */
export interface ReconcilerDeps extends PassDeps {
  readonly fleet: ContainerFleet;
  /** From the beginning of one pass to the next. */
  readonly intervalMs: number;
}

/** The reconciler of one process. */
export interface Reconciler extends Passes {
  /** Waits for the next reason to look, then looks: at everything in regular intervals, at single games when told of a change. */
  readonly turn: (lease: LeaseGrant, signal: AbortSignal) => Promise<void>;
  /** Waits for the next look, then asks engines that were silent: beside the looks, which would wait for them otherwise. */
  readonly ask: (lease: LeaseGrant, signal: AbortSignal) => Promise<void>;
  /** Listens for changes, which only make looks come earlier. */
  readonly watch: (signal: AbortSignal) => Promise<void>;
}

/** Changes within so long are looked at together. */
const COALESCE_MS = 100;

/**
 * Makes the reconciler of one process. It never touches a record or a container itself: what it queues is looked at and
 * decided anew by whoever claims it, so that a view that is old by then does no harm. A container engine that does not
 * answer changes nothing. A crash forgets what was seen, and nothing else.
 */
export function makeReconciler(deps: ReconcilerDeps): Reconciler {
  const passes = makePasses(deps);
  const agenda = makeAgenda(deps.clock);
  const looked = makeWakeup(deps.clock);
  return {
    ...passes,
    ask: async (lease, signal) => {
      await looked.wait(deps.intervalMs, signal);
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
        looked.wake();
      } catch (error) {
        // What was told of is told once: after a look that failed only one at everything can find it.
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

/** When to look at everything next, and at which games before. */
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
    /** Returns when there is something to look at; at once under a lease that is new. */
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
