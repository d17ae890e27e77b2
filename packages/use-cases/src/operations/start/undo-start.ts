import type { RuntimeRecord } from '@galaxy/domain';
import { moveRecord, restoreFormer } from '@galaxy/domain';
import type { Clock, ContainerEngine, OperationProgress, Settlement } from '@galaxy/ports';
import { type Failure, failed, put } from '../settlements.js';
import type { StartRun } from './start-run.js';

/**
 * Undoes a start: removes what any attempt of it created, and ends the record `removed`; or, while the former container
 * is still there, as it was before the start.
 */
export async function undoStart(run: StartRun, failure: Failure, clock: Clock): Promise<Settlement> {
  await removeCreated(run);
  const formerIsThere = await formerStillThere(run.engine, run.progress);
  return endStart(run, failure, { formerIsThere, now: clock.now() });
}

/**
 * Ends a start whose container engine does not answer: nothing can be removed or looked at, so what was recorded
 * decides. What is left behind, the game's next start removes.
 */
export function abandonStart(run: Pick<StartRun, 'record' | 'progress' | 'job'>, failure: Failure, clock: Clock): Settlement {
  return endStart(run, failure, { formerIsThere: run.progress.step === 'intent', now: clock.now() });
}

function endStart(
  run: Pick<StartRun, 'record' | 'progress' | 'job'>,
  failure: Failure,
  { formerIsThere, now }: { formerIsThere: boolean; now: Date },
): Settlement {
  return failed(run.job.gameId, failure, put(run.record, recordAfterUndo(run, formerIsThere, now)));
}

function recordAfterUndo({ record, progress }: Pick<StartRun, 'record' | 'progress'>, formerIsThere: boolean, now: Date): RuntimeRecord {
  const { former } = progress;
  if (former === null) return moveRecord(record, 'removed', now);
  if (former.containerId === null || formerIsThere) return restoreFormer(record, former, now);
  return moveRecord(record, 'removed', now);
}

async function removeCreated({ engine, held, job }: StartRun): Promise<void> {
  const sighting = await engine.find(job.gameId);
  if (sighting.kind !== 'ours' || sighting.incarnation.owner.opId !== held.claim.opId) return;
  await held.renewNow();
  await engine.remove(sighting.incarnation.id);
}

async function formerStillThere(engine: ContainerEngine, { former }: OperationProgress): Promise<boolean> {
  if (former === null || former.containerId === null) return false;
  const sighting = await engine.inspect(former.containerId);
  return sighting.kind === 'foreign' || (sighting.kind === 'ours' && sighting.incarnation.state !== 'removing');
}
