import { type SQL, sql } from 'drizzle-orm';
import { operationLog, runtimeStreamCursors } from '../schema/schema.js';
import { entryMs, entryNumbers } from '../sql/entry-numbers.js';
import { ago, assignments } from '../sql/sql-text.js';

const { opId, stream, entryId, status, finishedAt } = operationLog;
const { prunedUpTo } = runtimeStreamCursors;

/**
 * Ids far ahead of the clock never raise the mark: after somebody has removed such an entry by recreating the stream, all new ones are
 * below it. An hour is also where the intake reports an entry as far ahead.
 */
const FAR_AHEAD_MS = 3_600_000;

/**
 * The CTEs that delete operations. `deleted` are those of the rows `chosen(op_id)` that have ended, and ended longer ago than `keepMs`.
 * A row that somebody else has locked is left for a later call. In the same statement the marks of the streams are raised, up to which
 * INGEST ingests nothing again: a stream that was recreated from a copy is read from its start, and the log no longer tells which of
 * its entries were carried out.
 */
export const deleteChosen = (chosen: SQL, keepMs: SQL): SQL => sql`
  locked as (
    select ${opId} from ${operationLog} where ${opId} in (select op_id from ${chosen})
      and ${status} in ('succeeded', 'failed') and ${finishedAt} < ${ago(keepMs)}
      and case when ${stream} is null then true else
        ${entryMs(entryId.getSQL())} < extract(epoch from ${ago(keepMs)}) * 1000 + ${sql.raw(String(FAR_AHEAD_MS))}
        and exists (select from ${runtimeStreamCursors} where ${runtimeStreamCursors.stream} = ${stream}) end
    for update of ${operationLog} skip locked
  ), deleted as (
    delete from ${operationLog} where ${opId} in (select op_id from locked)
    returning ${stream}, ${entryId}
  ), last_deleted as (
    select distinct on (stream) stream, entry_id from deleted where stream is not null
    order by stream, ${entryNumbers(sql`entry_id`)} desc
  ), marked as (
    update ${runtimeStreamCursors} set ${assignments(runtimeStreamCursors, { prunedUpTo: sql`last_deleted.entry_id` })}
    from last_deleted where ${runtimeStreamCursors.stream} = last_deleted.stream
      and ${entryNumbers(prunedUpTo.getSQL())} < ${entryNumbers(sql`last_deleted.entry_id`)}
  )`;
