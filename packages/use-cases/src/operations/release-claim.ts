import type { ClaimRelease, Clock, Observer, OperationJournal } from '@galaxy/manager-ports';
import { DependencyFault, RuntimeFault } from '@galaxy/ports';
import type { FencedEngine } from '../claims/fenced-engine.js';
import { ClaimEnded, type HeldClaim } from '../claims/held-claim.js';
import { observed } from '../claims/observed-operation.js';
import type { Wakeup } from '../lib/wakeup.js';
import type { CircuitBreaker } from '../resilience/circuit-breaker.js';

/** What handing back takes. */
export interface ReleaseDeps {
  readonly journal: Pick<OperationJournal, 'releaseClaim'>;
  readonly clock: Clock;
  readonly observer: Observer;
  /** How long an operation waits for a container engine that does not answer. */
  readonly unavailableWindowMs: number;
  /** Tells how long it is no use to ask the engine again; none: a second, always. */
  readonly engineCircuit?: Pick<CircuitBreaker, 'retryInMs'>;
  /** Woken when the operation may be claimed again: what waits for the engine is to lose no time besides. */
  readonly work?: Pick<Wakeup, 'wakeIn'>;
}

const FAILURE_BACKOFF_MS = 500;
const OUTAGE_BACKOFF_MS = 1000;
const RETRY_MS = 250;

/**
 * Gives the claim of an attempt back that ended in an error, so that another attempt follows. Never throws. While the
 * store is away it asks again, so that an outage is not counted as a failure; if the claim ends first, it expires by
 * itself and the operation is taken over at its step.
 */
export async function releaseAfter(error: unknown, held: HeldClaim, engine: FencedEngine, deps: ReleaseDeps): Promise<void> {
  const { observer } = deps;
  if (error instanceof ClaimEnded && error.end === 'lost') {
    observer.observe({ kind: 'operation_lost', operation: observed(held) });
    return;
  }
  const back = howToRelease(error, held, engine, deps);
  observer.observe({ kind: 'claim_released', operation: observed(held), reason: back.reason, error });
  try {
    await releaseUntilAnswered(held, back, deps);
  } catch (second) {
    observer.observe({ kind: 'claim_released', operation: observed(held), reason: 'outage', error: second });
  }
}

async function releaseUntilAnswered(held: HeldClaim, back: ClaimRelease, { journal, clock, work }: ReleaseDeps): Promise<void> {
  for (;;) {
    try {
      await journal.releaseClaim(held.claim, back);
      return work?.wakeIn(back.delayMs);
    } catch (error) {
      if (!(error instanceof RuntimeFault && error.retryable)) throw error;
      held.assertHeld();
      await clock.sleep(RETRY_MS);
    }
  }
}

function howToRelease(error: unknown, { claim }: HeldClaim, engine: FencedEngine, deps: ReleaseDeps): ClaimRelease {
  if (error instanceof ClaimEnded) return { reason: 'handover', delayMs: 0, unavailableMs: 0 };
  if (!(error instanceof DependencyFault && error.retryable)) {
    return { reason: 'failure', delayMs: FAILURE_BACKOFF_MS * (claim.failures + 1), unavailableMs: 0 };
  }
  if (error.dependency !== 'container_engine') return { reason: 'outage', delayMs: OUTAGE_BACKOFF_MS, unavailableMs: 0 };
  // Only time this process spent waiting for the engine counts, and what it is about to: an outage of our own must not
  // fail a job. The wait ends with the job's window, so that the job does not learn late that it was too long.
  const waitedMs = Math.round(engine.unansweredMs);
  const leftMs = Math.max(deps.unavailableWindowMs - claim.unavailableMs - waitedMs, 0);
  const delayMs = Math.min(Math.max(Math.ceil(deps.engineCircuit?.retryInMs ?? 0), OUTAGE_BACKOFF_MS), leftMs);
  return { reason: 'outage', delayMs, unavailableMs: waitedMs + delayMs };
}
