import type { Failure, RuntimeRecord, StartJob } from '@galaxy/domain';
import type { ContainerEngine, Incarnation, OperationJournal, OperationProgress } from '@galaxy/manager-ports';
import { RuntimeConflictError } from '@galaxy/ports';
import { ClaimEnded, type HeldClaim } from '../../claims/held-claim.js';
import { put } from '../outcomes.js';

/** One attempt at an accepted start. `record` and `progress` are the values last written to the store. */
export interface StartRun {
  readonly held: HeldClaim;
  readonly job: StartJob;
  readonly engine: ContainerEngine;
  readonly journal: Pick<OperationJournal, 'advance'>;
  record: RuntimeRecord;
  progress: OperationProgress;
  /** The container when its engine answered; null before that. */
  ready: Incarnation | null;
}

/** One phase of a start. Returns null when the start may go on, otherwise why it fails. */
export type StartPhase = (run: StartRun) => Promise<Failure | null>;

/** The failure of a start when a later stop of the game is queued. */
export const SUPERSEDED: Failure = { code: 'start_superseded', message: 'a later stop of the game was requested' };

/** The failure of a start whose container is gone although no manager removed it. */
export const DISAPPEARED: Failure = { code: 'container_start_failed', message: 'the container disappeared before the engine was ready' };

/** The id of the container that this run has created. @throws Error in a phase before `createContainer`. */
export function createdId(run: StartRun): string {
  const { containerId } = run.progress;
  if (containerId === null) throw new Error('the start has not created its container yet');
  return containerId;
}

/** The container whose engine answered. @throws Error in a phase before `awaitReady` has ended. */
export function readyContainer({ ready }: StartRun): Incarnation {
  if (ready === null) throw new Error('the engine of the start has not answered yet');
  return ready;
}

/**
 * Writes a step and the changed record in one statement.
 * @throws ClaimEnded when the claim is lost.
 * @throws RuntimeConflictError when the record was changed by others meanwhile.
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

/** Writes the next step of a run. After a crash before the write, the work of this step is repeated; after it, the start goes on from here. */
export async function step(run: StartRun, after: { record: RuntimeRecord; progress: OperationProgress }): Promise<void> {
  await advance(run, run.record, after);
  run.record = after.record;
  run.progress = after.progress;
}
