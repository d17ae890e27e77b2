import { jobOperation, OPERATION_CLASSES, OPERATION_SOURCES, type RuntimeJob } from '@galaxy/domain';
import type { Claim, OperationProgress } from '@galaxy/manager-ports';
import { loadJob } from '../queue/stored-job.js';
import { recordOf, recordOrNull } from '../records/record-columns.js';
import { bigInt, bool, int, jsonText, oneOf, type Row, text, textOrNull } from '../sql/row.js';
import { loadProgress } from './stored-steps.js';

/** The record of a claim's game as it was read after the claim. */
export interface FreshRecord {
  readonly row: Row | undefined;
}

/**
 * The claim in a row. `fresh`: replaces the record in the row; null when that one is good.
 * @throws Error when this build can't read the row.
 */
export function claimOf(row: Row, fresh: FreshRecord | null): Claim {
  return {
    opId: text(row, 'op_id'),
    attempt: int(row, 'attempt'),
    ord: bigInt(row, 'ord_text'),
    gameId: text(row, 'game_id'),
    source: oneOf(row, 'source', OPERATION_SOURCES),
    sourceRef: text(row, 'source_ref'),
    job: jobOf(row),
    entry: entryOf(row),
    progress: progressOf(row),
    record: recordIn(row, fresh),
    superseded: bool(row, 'superseded'),
    place: oneOf(row, 'place', OPERATION_CLASSES),
    failures: int(row, 'failures'),
    unavailableMs: int(row, 'unavailable_ms'),
  };
}

function jobOf(row: Row): RuntimeJob {
  const job = loadJob(jsonText(row, 'payload'));
  if (job === null || jobOperation(job) !== row['op']) throw new TypeError('postgres: the payload is not a job of its operation');
  return job;
}

function recordIn(row: Row, fresh: FreshRecord | null): Claim['record'] {
  if (fresh === null) return recordOrNull(row);
  return fresh.row === undefined ? null : recordOf(fresh.row);
}

// Rows from before raw entries were stored have none.
function entryOf(row: Row): Claim['entry'] {
  const stream = row['stream'];
  if (stream !== 'start_jobs' && stream !== 'stop_jobs') return null;
  return { stream, entryId: text(row, 'entry_id'), raw: textOrNull(row, 'raw') ?? '[]' };
}

function progressOf(row: Row): OperationProgress | null {
  if (row['step'] === null) return null;
  const [data, previous] = ['step_data', 'previous'].map((column) => (row[column] === null ? null : jsonText(row, column)));
  const stored = { step: text(row, 'step'), data, previous, containerId: textOrNull(row, 'container_id') };
  const progress = loadProgress(text(row, 'op'), stored, row['step_attempt'] === null ? null : int(row, 'step_attempt'));
  if (progress === null) throw new TypeError('postgres: the step is not one of its operation');
  return progress;
}
