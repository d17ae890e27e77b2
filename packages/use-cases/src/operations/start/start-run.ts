import type { Failure, RuntimeRecord, StartJob } from '@galaxy/domain';
import type { ContainerEngine, OperationJournal, OperationProgress } from '@galaxy/manager-ports';
import { RuntimeConflictError } from '@galaxy/ports';
import { ClaimEnded, type HeldClaim } from '../../claims/held-claim.js';
import { put } from '../outcomes.js';

/** One attempt at an accepted start. `record` and `progress` are as last written. */
export interface StartRun {
  readonly held: HeldClaim;
  readonly job: StartJob;
  readonly engine: ContainerEngine;
  readonly journal: Pick<OperationJournal, 'advance'>;
  record: RuntimeRecord;
  progress: OperationProgress;
}

/** One part of a start: null when the start may go on. */
export type StartPhase = (run: StartRun) => Promise<Failure | null>;

/** The failure of a start that a later stop overtook. */
export const SUPERSEDED: Failure = { code: 'start_superseded', message: 'a later stop of the game was requested' };

/** The failure of a start whose container is gone, though nobody of ours removed it. */
export const DISAPPEARED: Failure = { code: 'container_start_failed', message: 'the container disappeared before the engine was ready' };

/** The id of the container that this run has created; a phase that needs it comes after the one that creates it. */
export function createdId(run: StartRun): string {
  const { containerId } = run.progress;
  if (containerId === null) throw new Error('the start has not created its container yet');
  return containerId;
}

/**
 * Records a step together with the record it belongs to.
 * @throws ClaimEnded when the claim is lost.
 * @throws RuntimeConflictError when somebody else moved the record.
 */
export async function advance(
  run: Pick<StartRun, 'held' | 'journal'>,
  before: RuntimeRecord | null,
  after: { record: RuntimeRecord; progress: OperationProgress },
): Promise<void> {
  const { claim } = run.held;
  const outcome = await run.journal.advance(claim, after.progress, put(before, after.record));
  if (outcome.kind === 'lost') throw new ClaimEnded('lost');
  if (outcome.kind === 'stale') throw new RuntimeConflictError(claim.gameId);
}

/** Records a step of a run under way. A crash before it repeats what came before; one after it goes on from here. */
export async function step(run: StartRun, after: { record: RuntimeRecord; progress: OperationProgress }): Promise<void> {
  await advance(run, run.record, after);
  run.record = after.record;
  run.progress = after.progress;
}
