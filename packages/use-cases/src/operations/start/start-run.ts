import type { RuntimeRecord, StartJob } from '@galaxy/domain';
import type { ContainerEngine, OperationJournal, OperationProgress } from '@galaxy/manager-ports';
import { RuntimeConflictError } from '@galaxy/ports';
import { ClaimEnded, type HeldClaim } from '../../claims/held-claim.js';
import type { Failure } from '../outcomes.js';
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
