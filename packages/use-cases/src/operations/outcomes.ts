import type { Failure, RuntimeRecord } from '@galaxy/domain';
import { errorMessage, newRuntimeRecord } from '@galaxy/domain';
import type { Claim, Clock, OperationOutcome, RecordChange } from '@galaxy/manager-ports';
import type { JobResult } from '@galaxy/ports';

/** Leaves the record as it is. */
const KEEP: RecordChange = { kind: 'keep' };

/** Installs `after`, provided the record is still as `before` (null: the game has none). */
export function put(before: RuntimeRecord | null, after: RuntimeRecord): RecordChange {
  const expected = before === null ? null : { status: before.status, containerId: before.currentContainerId };
  return { kind: 'put', expected, record: after };
}

/** A fresh success; the result is built from the record after the move. */
export function succeeded(before: RuntimeRecord | null, after: RuntimeRecord): OperationOutcome {
  return { record: put(before, after), result: successResult(after.gameId, after, ''), errorCode: '', deadLetter: null };
}

/** A success that found its work done already. */
export function replayed(record: RuntimeRecord): OperationOutcome {
  return kept(record.gameId, record, 'replay_no_op');
}

/** A success that leaves the record, or that there is none, as it is. */
export function kept(gameId: string, record: RuntimeRecord | null, errorCode: '' | 'replay_no_op'): OperationOutcome {
  return { record: KEEP, result: successResult(gameId, record, errorCode), errorCode, deadLetter: null };
}

/** A failure: neither container id nor endpoint, a stable code, and a message fit for the wire. */
export function failed(gameId: string, failure: Failure, record: RecordChange = KEEP): OperationOutcome {
  const { code, message } = failure;
  const result: JobResult = {
    gameId,
    outcome: 'failure',
    containerId: '',
    engineEndpoint: '',
    errorCode: code,
    errorMessage: errorMessage(message),
  };
  return { record, result, errorCode: code, deadLetter: null };
}

/**
 * A failure that touched nothing. A game whose start it was gets a record, `removed`, if it has none: a stop that follows
 * must find its work done.
 */
export function failedUntouched({ job, record, gameId }: Claim, failure: Failure, clock: Clock): OperationOutcome {
  if (job.kind !== 'start' || record !== null) return failed(gameId, failure);
  const history = newRuntimeRecord({ gameId, imageRef: job.imageRef, status: 'removed', now: clock.now() });
  return failed(gameId, failure, put(null, history));
}

function successResult(gameId: string, record: RuntimeRecord | null, errorCode: '' | 'replay_no_op'): JobResult {
  const containerId = record?.currentContainerId ?? '';
  return {
    gameId,
    outcome: 'success',
    containerId,
    engineEndpoint: containerId === '' ? '' : (record?.engineEndpoint ?? ''),
    errorCode,
    errorMessage: '',
  };
}
