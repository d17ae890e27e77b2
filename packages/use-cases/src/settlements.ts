import type { FailureCode, RuntimeRecord } from '@galaxy/domain';
import { errorMessage, newRuntimeRecord } from '@galaxy/domain';
import type { Claim, Clock, JobResult, RecordChange, Settlement } from '@galaxy/ports';

/** Leaves the record as it is. */
const KEEP: RecordChange = { kind: 'keep' };

/** Installs `after`, provided the record is still as `before` (null: the game has none). */
export function put(before: RuntimeRecord | null, after: RuntimeRecord): RecordChange {
  const expected = before === null ? null : { status: before.status, containerId: before.currentContainerId };
  return { kind: 'put', expected, record: after };
}

/** A fresh success; the result is built from the record after the move. */
export function succeeded(before: RuntimeRecord, after: RuntimeRecord): Settlement {
  return { record: put(before, after), result: successResult(after, ''), errorCode: '' };
}

/** A success that found its work done already. */
export function replayed(record: RuntimeRecord): Settlement {
  return { record: KEEP, result: successResult(record, 'replay_no_op'), errorCode: 'replay_no_op' };
}

/** A failure: neither container id nor endpoint, a stable code, and a message fit for the wire. */
export function failed(gameId: string, failure: Failure, record: RecordChange = KEEP): Settlement {
  const { code, message } = failure;
  const result: JobResult = {
    gameId,
    outcome: 'failure',
    containerId: '',
    engineEndpoint: '',
    errorCode: code,
    errorMessage: errorMessage(message),
  };
  return { record, result, errorCode: code };
}

/**
 * A failure that touched nothing. A game whose start it was gets a record, `removed`, if it has none: a stop that follows
 * must find its work done.
 */
export function failedUntouched({ job, record, gameId }: Claim, failure: Failure, clock: Clock): Settlement {
  if (job.kind !== 'start' || record !== null) return failed(gameId, failure);
  const history = newRuntimeRecord({ gameId, imageRef: job.imageRef, status: 'removed', now: clock.now() });
  return failed(gameId, failure, put(null, history));
}

/** Why an operation could not do what was asked. */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
}

function successResult(record: RuntimeRecord, errorCode: '' | 'replay_no_op'): JobResult {
  const containerId = record.currentContainerId ?? '';
  return {
    gameId: record.gameId,
    outcome: 'success',
    containerId,
    engineEndpoint: containerId === '' ? '' : record.engineEndpoint,
    errorCode,
    errorMessage: '',
  };
}
