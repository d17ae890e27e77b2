import type { Failure } from '@galaxy/domain';
import type {
  Clock,
  ContainerEngine,
  FinishOutcome,
  Observer,
  OperationJournal,
  OperationOutcome,
  OutboxEntry,
} from '@galaxy/manager-ports';
import { RuntimeConflictError } from '@galaxy/ports';
import { fenceEngine } from '../../claims/fenced-engine.js';
import { ClaimEnded, type HeldClaim } from '../../claims/held-claim.js';
import { observed } from '../../claims/observed-operation.js';
import { untilAnswered } from '../../claims/until-answered.js';
import { type HandlerDeps, type Handlers, handlerOf, makeHandlers } from '../handlers.js';
import { type ExhaustedDeps, endExhausted } from './exhausted.js';
import { type ReleaseDeps, releaseAfter } from './release-claim.js';

export interface RunDeps extends HandlerDeps, ExhaustedDeps, ReleaseDeps {
  readonly journal: OperationJournal;
  readonly engine: ContainerEngine;
  readonly clock: Clock;
  readonly observer: Observer;
  /** Publishes the messages of a finished operation. Never throws: what it fails to publish is relayed later. */
  readonly publish: (entries: readonly OutboxEntry[]) => Promise<void>;
}

/**
 * Makes the function that runs one claimed operation to its end, or releases the claim. Never throws: the operation is finished,
 * its claim is released, or the claim expires and another process takes over.
 */
export const makeRunOperation = (deps: RunDeps) => {
  const handlers = makeHandlers(deps);
  return async (held: HeldClaim): Promise<void> => {
    const startedAtMs = deps.clock.monotonicMs();
    const engine = fenceEngine(deps.engine, held, deps.clock);
    try {
      const outcome = await decide(held, engine, handlers, deps);
      await finish(held, outcome, startedAtMs, deps);
    } catch (error) {
      await releaseAfter(error, held, engine, deps);
    }
  };
};

async function decide(held: HeldClaim, engine: ContainerEngine, handlers: Handlers, deps: RunDeps): Promise<OperationOutcome> {
  const { job } = held.claim;
  const handler = handlerOf(handlers, job);
  const undoOf = (failure: Failure) => handler.undo(held, job, engine, failure);
  return (await endExhausted(held, undoOf, deps)) ?? (await handler.run(held, job, engine));
}

async function finish(held: HeldClaim, outcome: OperationOutcome, startedAtMs: number, deps: RunDeps): Promise<void> {
  const finished = await finishUntilAnswered(held, outcome, deps);
  if (finished.kind === 'lost') throw new ClaimEnded('lost');
  if (finished.kind === 'stale') throw new RuntimeConflictError(held.claim.gameId);
  const { result, errorCode, deadLetter } = outcome;
  const ms = deps.clock.monotonicMs() - startedAtMs;
  const { outcome: ended, errorMessage } = result;
  deps.observer.observe({ kind: 'operation_finished', operation: observed(held), outcome: ended, errorCode, errorMessage, ms });
  if (deadLetter !== null) deps.observer.observe({ kind: 'dead_lettered', operation: observed(held), attempts: deadLetter.attempts });
  if (finished.publish.length > 0) await deps.publish(finished.publish);
}

// The work is done, so this tries until the store answers or the process shuts down. The store recognises a repeated finish of the
// same attempt, even if a renewal in between reported that the operation no longer runs.
function finishUntilAnswered(held: HeldClaim, outcome: OperationOutcome, { journal, clock, observer }: RunDeps): Promise<FinishOutcome> {
  return untilAnswered(held, () => journal.finish(held.claim, outcome), {
    clock,
    assertMayGoOn: () => {
      if (held.ended === 'shutdown') throw new ClaimEnded('shutdown');
    },
    late: (ms, error) => observer.observe({ kind: 'finish_waits', operation: observed(held), ms, error }),
  });
}
