import { type SQL, sql } from 'drizzle-orm';
import { runtimeStreamCursors } from '../schema/schema.js';
import { entryNumbers } from '../sql/entry-numbers.js';

const { stream, prunedUpTo } = runtimeStreamCursors;

/**
 * The CTE `pruned`: up to which entry of each stream operations may have been deleted from the log. The rows are locked, so that a
 * deletion that ended while this statement waited for `behind` is seen: the rows of the log are seen as of the statement's beginning.
 */
export const prunedMarks = (behind: SQL): SQL => sql`pruned as (
  select ${stream}, ${prunedUpTo} as up_to from ${behind}, ${runtimeStreamCursors} for update of ${runtimeStreamCursors}
)`;

/** Whether row `row` with `stream` and `entry_id` is after what was deleted. */
export function isNotPruned(row: string): SQL {
  const entry = sql.identifier(row);
  return sql`not exists (select from pruned where pruned.stream = ${entry}.stream
    and ${entryNumbers(sql`${entry}.entry_id`)} <= ${entryNumbers(sql`pruned.up_to`)})`;
}
