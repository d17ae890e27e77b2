import { hasPatch, OPERATION_STEPS } from '@galaxy/domain';
import {
  type ClaimKey,
  type FencedOutcome,
  HeldRowFault,
  type OperationProgress,
  type RecordChange,
  writtenFields,
} from '@galaxy/manager-ports';
import { sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { recordColumns, recordOrNull } from '../records/record-columns.js';
import { operationLog, runtimeRecords } from '../schema/schema.js';
import { bool, type Row } from '../sql/row.js';
import { assignments } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';
import { fenced, fencedJson } from './fenced.js';

const { opId, gameId, attempt, status, holder, step, stepAttempt, furthestStep, creditedAttempt, previous, containerId } = operationLog;

const isSame = (asked: ReturnType<typeof sql>) => sql`(${stepAttempt} is not distinct from ${attempt} and ${step} = ${asked}.step
  and ${containerId} is not distinct from ${asked}.container_id and ${previous}::text is not distinct from ${asked}.previous::text)`;

/**
 * An attempt is credited (not counted as a failure) only for a step that the operation had never reached. An attempt that only
 * repeats earlier steps and crashes again must count as a failure. No row when the claim is lost or a row is held; otherwise whether
 * the step was written.
 */
const ADVANCE = statement(
  'advance',
  { asked: 'json' },
  (p) => sql`
    with ${fenced(
      p.asked,
      sql`step text, step_number smallint, previous json, container_id text`,
      sql`${gameId}, ${isSame(sql`a`)} as is_same`,
      sql`m.is_same`,
    )}, advanced as (
      update ${operationLog} set ${assignments(operationLog, {
        step: sql`m.step`,
        stepAttempt: attempt.getSQL(),
        previous: sql`m.previous`,
        containerId: sql`m.container_id`,
        creditedAttempt: sql`case when m.step_number > ${furthestStep} then ${attempt} else ${creditedAttempt} end`,
        furthestStep: sql`greatest(m.step_number, ${furthestStep})`,
      })}
      from passed m where ${opId} = m.op_id
      returning 1
    )
    select exists(select from advanced) as applied from mine`,
);

/** Why an advance did nothing: no row when the claim is lost, otherwise whether the very step is recorded, and the record. */
const LOOK = statement(
  'inspect an advance',
  { asked: 'json' },
  (p) => sql`
    select ${isSame(sql`a`)} as is_same, ${recordColumns}
    from json_to_recordset(${p.asked}) as a(op_id uuid, attempt int, step text, previous json, container_id text)
      join ${operationLog} on ${opId} = a.op_id left join ${runtimeRecords} on ${runtimeRecords.gameId} = ${gameId}
    where ${attempt} = a.attempt and ${status} = 'running' and ${holder} is not null`,
);

/** {@link OperationJournal.advance}; throws HeldRowFault instead of waiting for a row. */
export async function advance(
  executor: PgExecutor,
  claim: ClaimKey,
  progress: OperationProgress,
  change: RecordChange,
): Promise<FencedOutcome> {
  const asked = [{ ...fencedJson(claim, change), ...progressJson(progress) }];
  const [mine] = await executor.query(ADVANCE({ asked }));
  if (mine !== undefined && bool(mine, 'applied')) return { kind: 'applied' };
  const [row] = await executor.query(LOOK({ asked }));
  if (row === undefined) return { kind: 'lost' };
  if (isDone(row, change)) return { kind: 'already_mine' };
  if (mine === undefined) throw new HeldRowFault('advance');
  return { kind: 'stale' };
}

function progressJson({ step, previous, containerId }: OperationProgress): Record<string, unknown> {
  // Field by field: the stored JSON is compared as text, so the order of the fields must always be the same.
  const kept = previous === null ? null : { status: previous.status, containerId: previous.containerId, imageRef: previous.imageRef };
  return { step, step_number: OPERATION_STEPS.indexOf(step) + 1, previous: kept, container_id: containerId };
}

function isDone(row: Row, change: RecordChange): boolean {
  if (!bool(row, 'is_same')) return false;
  if (change.kind === 'keep') return true;
  const stored = recordOrNull(row);
  return stored !== null && hasPatch(stored, writtenFields(change));
}
