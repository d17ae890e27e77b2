import type { ClaimKey, RecordChange } from '@galaxy/manager-ports';
import { type SQL, sql } from 'drizzle-orm';
import { patchFromM, recordDefinition, recordFromM, recordJson } from '../records/record-columns.js';
import { operationLog, runtimeRecords } from '../schema/schema.js';
import { assignments, bare, insertSelect } from '../sql/sql-text.js';
import { freeRecords, hasFreeRecord } from './free-rows.js';

const { opId, attempt, status, holder } = operationLog;

// A patch without fields only locks and checks the record: its version stays.
const PATCHED = { ...patchFromM, version: sql`${runtimeRecords.version} + case when cardinality(m.fields) > 0 then 1 else 0 end` };

/**
 * The first CTEs of every fenced write. An operation whose row or record somebody else holds is left out: the statement does not
 * wait for it. `mine`: those of the others whose given attempt is still running, locked in
 * one order, as rows `m` that also have the requested values. `passed`: those of them whose record was changed as well. The rest of
 * the statement must read from `passed`; then either all of a write happens or nothing.
 *
 * The check must be a locked row in this chain. An EXISTS, for example, would not hold: PostgreSQL does not evaluate it again after
 * the statement has waited for a lock, and a previous holder could write.
 * https://www.postgresql.org/docs/current/transaction-iso.html#XACT-READ-COMMITTED
 *
 * The CASE makes the planner look for free rows only after an operation was found to be asked for, and not for all that run.
 *
 * @param asked a json parameter: an array of {@link fencedJson}, each with the fields that `definition` declares.
 * @param own more columns of the operation's row to include in `mine`.
 * @param isFree what must be true of an operation's row besides, so that nothing of its write has to wait.
 * @param alreadyDone true for a row `m` whose write was done before: a repetition does not pass.
 */
export function fenced(asked: SQL, definition: SQL, own: SQL, alreadyDone: SQL, isFree = sql`true`): SQL {
  return sql`
    ${freeRecords(asked)}, mine as (
      select ${own}, a.*
      from ${operationLog} join json_to_recordset(${asked}) as a(op_id uuid, attempt int, change text, expected_status text,
        expected_container_id text, expected_version bigint, fields text[], ${recordDefinition}, ${definition}) on ${opId} = a.op_id
      where ${attempt} = a.attempt and ${status} = 'running' and ${holder} is not null
        and case when ${opId} = a.op_id then (a.change = 'keep' or ${hasFreeRecord}) and ${isFree} else false end
      order by ${opId} for update of ${operationLog} skip locked
    ), updated as (
      update ${runtimeRecords} set ${assignments(runtimeRecords, PATCHED)}
      from mine m where m.change = 'patch' and not ${alreadyDone} and ${runtimeRecords.gameId} = m.game_id
        and ${runtimeRecords.status} = m.expected_status and ${runtimeRecords.currentContainerId} is not distinct from m.expected_container_id
        and (m.expected_version is null or ${runtimeRecords.version} = m.expected_version)
      returning m.op_id
    ), inserted as (
      ${insertSelect(runtimeRecords, recordFromM)} from mine m where m.change = 'insert' and m.game_id = m.record_game_id
      on conflict (${bare(runtimeRecords.gameId)}) do nothing
      returning ${runtimeRecords.gameId}
    ), passed as (
      select m.* from mine m where (m.change = 'keep' and not ${alreadyDone})
        or m.op_id in (select op_id from updated) or m.game_id in (select game_id from inserted)
    )`;
}

/** One fenced write as JSON for {@link fenced}. */
export function fencedJson({ opId, attempt }: ClaimKey, change: RecordChange): Record<string, unknown> {
  const key = { op_id: opId, attempt };
  if (change.kind === 'keep') return { ...key, change: 'keep' };
  if (change.kind === 'insert') return { ...key, change: 'insert', ...recordJson(change.record) };
  const { status, containerId, version = null } = change.expected;
  const expected = { expected_status: status, expected_container_id: containerId, expected_version: version };
  return { ...key, change: 'patch', ...expected, fields: Object.keys(change.set), ...recordJson(change.set) };
}
