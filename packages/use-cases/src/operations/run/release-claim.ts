import type { ClaimRelease, Clock, Observer, OperationJournal } from '@galaxy/manager-ports';
import { DependencyFault } from '@galaxy/ports';
import type { FencedEngine } from '../../claims/fenced-engine.js';
import { ClaimEnded, type HeldClaim } from '../../claims/held-claim.js';
import { observed } from '../../claims/observed-operation.js';
import { untilAnswered } from '../../claims/until-answered.js';
import type { Wakeup } from '../../lib/wakeup.js';
import type { CircuitBreaker } from '../../resilience/circuit-breaker.js';

export interface ReleaseDeps {
  readonly journal: Pick<OperationJournal, 'releaseClaim'>;
  readonly clock: Clock;
  readonly observer: Observer;
  /** How long an operation waits for a container engine that does not answer, in milliseconds. */
  readonly unavailableWindowMs: number;
  /** Says when to ask the engine again; without it, after one second. */
  readonly engineCircuit?: Pick<CircuitBreaker, 'retryInMs'>;
  /** Woken when the operation may be claimed again, so that no further time is lost after an outage. */
  readonly work?: Pick<Wakeup, 'wakeIn'>;
}

const FAILURE_BACKOFF_MS = 500;
const OUTAGE_BACKOFF_MS = 1000;

/**
 * Releases the claim of an attempt that ended in an error, so that another attempt follows. Never throws. While the store does not
 * answer, it tries again, so that an outage is not counted as a failed attempt. If the claim ends before that, it expires by
 * itself, and another attempt goes on from the recorded step.
 */
export async function releaseAfter(error: unknown, held: HeldClaim, engine: FencedEngine, deps: ReleaseDeps): Promise<void> {
  const { observer } = deps;
  if (error instanceof ClaimEnded && error.end === 'lost') {
    observer.observe({ kind: 'operation_lost', operation: observed(held) });
    return;
  }
  const release = howToRelease(error, held, engine, deps);
  observer.observe({ kind: 'claim_released', operation: observed(held), reason: release.reason, error });
  try {
    await releaseUntilAnswered(held, release, deps);
  } catch (second) {
    observer.observe({ kind: 'claim_released', operation: observed(held), reason: 'outage', error: second });
  }
}

async function releaseUntilAnswered(held: HeldClaim, release: ClaimRelease, { journal, clock, work }: ReleaseDeps): Promise<void> {
  await untilAnswered(held, () => journal.releaseClaim(held.claim, release), { clock, assertMayGoOn: () => held.assertHeld() });
  work?.wakeIn(release.delayMs);
}

function howToRelease(error: unknown, { claim }: HeldClaim, engine: FencedEngine, deps: ReleaseDeps): ClaimRelease {
  if (error instanceof ClaimEnded) return { reason: 'handover', delayMs: 0, unavailableMs: 0 };
  if (!(error instanceof DependencyFault && error.retryable)) {
    return { reason: 'failure', delayMs: FAILURE_BACKOFF_MS * (claim.failures + 1), unavailableMs: 0 };
  }
  if (error.dependency !== 'container_engine') return { reason: 'outage', delayMs: OUTAGE_BACKOFF_MS, unavailableMs: 0 };
  // Only the time that this process waited for the engine counts, and the wait that follows now: an outage of the manager itself
  // must not fail a job. The wait ends with the job's window, so that the job fails on time.
  const waitedMs = Math.round(engine.unansweredMs);
  const leftMs = Math.max(deps.unavailableWindowMs - claim.unavailableMs - waitedMs, 0);
  const delayMs = Math.min(Math.max(Math.ceil(deps.engineCircuit?.retryInMs ?? 0), OUTAGE_BACKOFF_MS), leftMs);
  return { reason: 'outage', delayMs, unavailableMs: waitedMs + delayMs };
}
