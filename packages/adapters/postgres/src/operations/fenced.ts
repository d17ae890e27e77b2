import type { ClaimKey, RecordChange } from '@galaxy/manager-ports';
import { type SQL, sql } from 'drizzle-orm';
import { recordDefinition, recordFromM, recordJson } from '../records/record-columns.js';
import { operationLog, runtimeRecords } from '../schema/schema.js';
import { assignments, bare, insertSelect } from '../sql/sql-text.js';

const { opId, attempt, status, holder } = operationLog;

/**
 * The common head of every fenced write, as CTEs. `mine`: the asked-for operations whose very attempt is running, locked
 * in one order, as rows `m` with what was asked. `passed`: those of them whose record change was done too. What follows
 * must read from `passed`; then all of a write happens or nothing.
 *
 * A check that is no row of the statement's chain (an EXISTS, say) would not hold: it is not looked at again when the
 * statement had to wait for a lock, which is how a previous holder gets through.
 * https://www.postgresql.org/docs/current/transaction-iso.html#XACT-READ-COMMITTED
 *
 * @param asked a json parameter with an array of {@link fencedJson} and what `definition` declares.
 * @param own further columns of the operation's row to carry along.
 */
export function fenced(asked: SQL, definition: SQL, own: SQL, alreadyDone: SQL): SQL {
  return sql`
    mine as (
      select ${own}, a.*
      from ${operationLog} join json_to_recordset(${asked}) as a(op_id uuid, attempt int, change text, expected_status text,
        expected_container_id text, ${recordDefinition}, ${definition}) on ${opId} = a.op_id
      where ${attempt} = a.attempt and ${status} = 'running' and ${holder} is not null
      order by ${opId} for update of ${operationLog}
    ), updated as (
      update ${runtimeRecords} set ${assignments(runtimeRecords, recordFromM)}
      from mine m where m.change = 'update' and ${runtimeRecords.gameId} = m.game_id and ${runtimeRecords.gameId} = m.record_game_id
        and ${runtimeRecords.status} = m.expected_status and ${runtimeRecords.currentContainerId} is not distinct from m.expected_container_id
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
  const { expected, record } = change;
  if (expected === null) return { ...key, change: 'insert', ...recordJson(record) };
  const { status, containerId } = expected;
  return { ...key, change: 'update', expected_status: status, expected_container_id: containerId, ...recordJson(record) };
}
