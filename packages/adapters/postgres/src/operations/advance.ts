import { hasPatch } from '@galaxy/domain';
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
import { storeProgress } from './stored-steps.js';

const { opId, gameId, attempt, status, holder, step, stepAttempt, stepData, furthestStep, creditedAttempt } = operationLog;

const isSame = (asked: ReturnType<typeof sql>) => sql`(${stepAttempt} is not distinct from ${attempt} and ${step} = ${asked}.step
  and ${stepData}::text = ${asked}.step_data::text)`;

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
      sql`step text, step_number smallint, step_version smallint, step_data json, previous json, container_id text`,
      sql`${gameId}, ${isSame(sql`a`)} as is_same`,
      sql`m.is_same`,
    )}, advanced as (
      update ${operationLog} set ${assignments(operationLog, {
        step: sql`m.step`,
        stepAttempt: attempt.getSQL(),
        stepData: sql`m.step_data`,
        stepVersion: sql`m.step_version`,
        // For replicas of the version before, which read no others.
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
    from json_to_recordset(${p.asked}) as a(op_id uuid, attempt int, step text, step_data json)
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
  const asked = [{ ...fencedJson(claim, change), ...progressJson(progress, claim.attempt) }];
  const [mine] = await executor.query(ADVANCE({ asked }));
  if (mine !== undefined && bool(mine, 'applied')) return { kind: 'applied' };
  const [row] = await executor.query(LOOK({ asked }));
  if (row === undefined) return { kind: 'lost' };
  if (isDone(row, change)) return { kind: 'already_mine' };
  if (mine === undefined) throw new HeldRowFault('advance');
  return { kind: 'stale' };
}

function progressJson(progress: OperationProgress, attempt: number): Record<string, unknown> {
  const { step, number, version, data, previous, containerId } = storeProgress(progress, attempt);
  return { step, step_number: number, step_version: version, step_data: data, previous, container_id: containerId };
}

function isDone(row: Row, change: RecordChange): boolean {
  if (!bool(row, 'is_same')) return false;
  if (change.kind === 'keep') return true;
  const stored = recordOrNull(row);
  return stored !== null && hasPatch(stored, writtenFields(change));
}
