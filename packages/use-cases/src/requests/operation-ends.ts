import type { Clock, OperationHint, OperationLog, OperationLogEntry } from '@galaxy/manager-ports';
import { DependencyFault } from '@galaxy/ports';
import { makeWakeup, type Wakeup } from '../lib/wakeup.js';

/** `ended`: the operation has ended. `open`: not yet, as of the last look. `unknown`: there is no such operation. */
export type AwaitedEnd =
  | { readonly kind: 'ended'; readonly entry: OperationLogEntry }
  | { readonly kind: 'open'; readonly entry: OperationLogEntry }
  | { readonly kind: 'unknown' };

/** How long to wait: at most `timeoutMs`, and not after the signal aborts. */
export interface WaitLimits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Waits for the ends of operations. */
export interface OperationEnds {
  /** Makes those look at once who wait for the operation of this hint. */
  hint(hint: OperationHint): void;
  /**
   * Returns when the operation has ended, or when the wait is over. Looks at once, after each hint, and at least every second: a hint
   * only saves time. A log that does not answer for a while is asked again.
   * @throws DependencyFault when the first look fails.
   */
  awaitEnd(opId: string, limits: WaitLimits): Promise<AwaitedEnd>;
}

export interface OperationEndsDeps {
  readonly log: Pick<OperationLog, 'get'>;
  readonly clock: Clock;
}

const LOOK_EVERY_MS = 1000;

/** Makes the waiting room of one process. */
export function makeOperationEnds({ log, clock }: OperationEndsDeps): OperationEnds {
  const waiting = new Map<string, Set<Wakeup>>();

  return {
    hint(hint) {
      const woken = hint.kind === 'ended' ? [waiting.get(hint.opId)] : hint.kind === 'connected' ? [...waiting.values()] : [];
      for (const wakeups of woken) for (const wakeup of wakeups ?? []) wakeup.wake();
    },
    async awaitEnd(opId, { timeoutMs, signal: given }) {
      // Of its own for each wait: on one that all share, Node warns of the eleventh listener.
      const signal = given ?? new AbortController().signal;
      const untilMs = clock.monotonicMs() + timeoutMs;
      const wakeup = makeWakeup(clock);
      // Before the first look, so that a hint that comes during a look is not missed.
      const leave = enter(waiting, opId, wakeup);
      try {
        let entry = await log.get(opId);
        for (;;) {
          if (entry === null) return { kind: 'unknown' };
          if (entry.finishedAt !== null) return { kind: 'ended', entry };
          const leftMs = untilMs - clock.monotonicMs();
          if (leftMs <= 0 || signal.aborted) return { kind: 'open', entry };
          await wakeup.wait(Math.min(LOOK_EVERY_MS, leftMs), signal);
          entry = await log.get(opId).catch(orElse(entry));
        }
      } finally {
        leave();
      }
    },
  };
}

function enter(waiting: Map<string, Set<Wakeup>>, opId: string, wakeup: Wakeup): () => void {
  const others = waiting.get(opId) ?? new Set();
  waiting.set(opId, others.add(wakeup));
  return () => {
    others.delete(wakeup);
    if (others.size === 0) waiting.delete(opId);
  };
}

const orElse = (entry: OperationLogEntry) => (error: unknown) => {
  if (error instanceof DependencyFault && error.retryable) return entry;
  throw error;
};
