import type { RuntimeRecord, StopJob } from '@galaxy/domain';
import { decideStop, moveRecord } from '@galaxy/domain';
import type { Clock, ContainerEngine, OperationOutcome } from '@galaxy/manager-ports';
import type { HeldClaim } from '../../claims/held-claim.js';
import { type EndDeps, type Ended, endContainer, STILL_RUNNING } from '../../containers/end-container.js';
import { failed, replayed, succeeded } from '../outcomes.js';

/**
 * Makes the function that carries out one claimed stop: decide, stop the container, inspect it, kill it if it still runs, inspect it
 * again. Reports `stopped` only after an inspection has shown it. Returns the outcome. Safe to repeat from any point.
 */
export const makeStopRuntime =
  (deps: EndDeps) =>
  async (held: HeldClaim, job: StopJob, engine: ContainerEngine): Promise<OperationOutcome> => {
    const { record } = held.claim;
    const decision = decideStop(record);
    if (record === null) return failed(job.gameId, { code: 'not_found', message: 'the game has no runtime record' });
    if (decision === 'replay_no_op') return replayed(record);
    const known = await withContainerId(record, engine);
    const ended = known.currentContainerId === null ? 'gone' : await endContainer(engine, known.currentContainerId, deps);
    return outcomeOf(record, known, ended, deps.clock);
  };

// An exhausted start may have left a container that its record does not name.
async function withContainerId(record: RuntimeRecord, engine: ContainerEngine): Promise<RuntimeRecord> {
  if (record.currentContainerId !== null) return record;
  const inspection = await engine.find(record.gameId);
  return inspection.kind === 'ours' ? { ...record, currentContainerId: inspection.incarnation.id } : record;
}

function outcomeOf(before: RuntimeRecord, known: RuntimeRecord, ended: Ended, clock: Clock): OperationOutcome {
  switch (ended) {
    case 'stopped':
      return succeeded(before, moveRecord(known, 'stopped', clock.now()));
    case 'gone':
      return succeeded(before, moveRecord(known, 'removed', clock.now()));
    case 'foreign':
      return failed(before.gameId, { code: 'conflict', message: "the record's container is not ours" });
    case 'still_running':
      return failed(before.gameId, STILL_RUNNING);
  }
}
