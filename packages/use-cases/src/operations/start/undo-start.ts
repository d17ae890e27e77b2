import type { Failure, RuntimeRecord } from '@galaxy/domain';
import { moveRecord, recordFailing, restorePrevious } from '@galaxy/domain';
import type { Clock, ContainerEngine, OperationOutcome, OperationProgress } from '@galaxy/manager-ports';
import { failed, put } from '../outcomes.js';
import type { StartRun } from './start-run.js';

/**
 * Undoes a start: removes the container that any of its attempts created. The record becomes what it was before the start if the
 * previous container is still there, otherwise `removed`.
 */
export async function undoStart(run: StartRun, failure: Failure, clock: Clock): Promise<OperationOutcome> {
  await removeCreated(run);
  const previousIsThere = await previousStillThere(run.engine, run.progress);
  return endStart(run, failure, { previousIsThere, now: clock.now() });
}

/**
 * Ends a start while the container engine does not answer: nothing can be removed or inspected, so the recorded step decides about
 * the record. The game's next start removes a container that is left behind.
 */
export function abandonStart(run: Pick<StartRun, 'record' | 'progress' | 'job'>, failure: Failure, clock: Clock): OperationOutcome {
  return endStart(run, failure, { previousIsThere: run.progress.step === 'intent', now: clock.now() });
}

function endStart(
  run: Pick<StartRun, 'record' | 'progress' | 'job'>,
  failure: Failure,
  { previousIsThere, now }: { previousIsThere: boolean; now: Date },
): OperationOutcome {
  const record = recordFailing(recordAfterUndo(run, previousIsThere, now), failure);
  return failed(run.job.gameId, failure, put(run.record, record));
}

function recordAfterUndo({ record, progress }: Pick<StartRun, 'record' | 'progress'>, previousIsThere: boolean, now: Date): RuntimeRecord {
  const { previous } = progress;
  if (previous === null) return moveRecord(record, 'removed', now);
  if (previous.containerId === null || previousIsThere) return restorePrevious(record, previous, now);
  return moveRecord(record, 'removed', now);
}

async function removeCreated({ engine, held, job }: StartRun): Promise<void> {
  const inspection = await engine.find(job.gameId);
  if (inspection.kind !== 'ours' || inspection.incarnation.owner.opId !== held.claim.opId) return;
  await held.renewNow();
  await engine.remove(inspection.incarnation.id);
}

async function previousStillThere(engine: ContainerEngine, { previous }: OperationProgress): Promise<boolean> {
  if (previous === null || previous.containerId === null) return false;
  const inspection = await engine.inspect(previous.containerId);
  return inspection.kind === 'foreign' || (inspection.kind === 'ours' && inspection.incarnation.state !== 'removing');
}
