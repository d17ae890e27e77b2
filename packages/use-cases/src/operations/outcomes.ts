import type { Failure, RuntimeRecord } from '@galaxy/domain';
import { errorMessage, recordPatch } from '@galaxy/domain';
import type { OperationOutcome, RecordChange } from '@galaxy/manager-ports';
import type { JobResult } from '@galaxy/ports';

const KEEP: RecordChange = { kind: 'keep' };

/**
 * Makes `after` of `before`, if status and container id of the stored record are still those of `before`. Writes only the fields that
 * differ: what others changed meanwhile, such as a pause, stays. A null `before`: the game has no record.
 */
export function put(before: RuntimeRecord | null, after: RuntimeRecord): RecordChange {
  if (before === null) return { kind: 'insert', record: after };
  const expected = { status: before.status, containerId: before.currentContainerId };
  return { kind: 'patch', expected, set: recordPatch(before, after) };
}

/** The success of an operation that changed the record. The result is built from `after`. */
export function succeeded(before: RuntimeRecord | null, after: RuntimeRecord): OperationOutcome {
  return { record: put(before, after), result: successResult(after.gameId, after, ''), errorCode: '', deadLetter: null };
}

/** The success of an operation whose work was done already. */
export function replayed(record: RuntimeRecord): OperationOutcome {
  return kept(record.gameId, record, 'replay_no_op');
}

/** A success that does not change the record, and creates none. */
export function kept(gameId: string, record: RuntimeRecord | null, errorCode: '' | 'replay_no_op'): OperationOutcome {
  return { record: KEEP, result: successResult(gameId, record, errorCode), errorCode, deadLetter: null };
}

/** A failure. Its result has no container id and no endpoint, and its message is shortened and cleaned for the wire. */
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
