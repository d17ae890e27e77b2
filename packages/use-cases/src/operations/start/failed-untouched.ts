import type { Failure, StartJob } from '@galaxy/domain';
import { newRuntimeRecord, recordFailing } from '@galaxy/domain';
import type { Claim, Clock, OperationOutcome } from '@galaxy/manager-ports';
import { failed, put } from '../outcomes.js';

/**
 * The failure of a start that changed nothing. If the game has no record, one with the status `removed` is written: a later stop must
 * find a record, and its work done.
 */
export function failedUntouched({ record, gameId }: Claim, { imageRef }: StartJob, failure: Failure, clock: Clock): OperationOutcome {
  if (record !== null) return failed(gameId, failure);
  const history = newRuntimeRecord({ gameId, imageRef, status: 'removed', now: clock.now() });
  return failed(gameId, failure, put(null, recordFailing(history, failure)));
}
