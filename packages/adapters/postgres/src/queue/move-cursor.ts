import type { JobStreamName, StreamPlace } from '@galaxy/domain';
import type { LeaseGrant } from '@galaxy/manager-ports';
import { sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { LEASE, leaseValues, underLease } from '../coordination/under-lease.js';
import { runtimeStreamCursors } from '../schema/schema.js';
import { assignments, bare, insertSelect } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';

// The count goes as text, because only a text parameter may be null; it is null while unknown.
const PLACE = { cursor: 'text', floor: 'text', entriesRead: 'text', previous: 'text' } as const;

/**
 * Moves the cursor of a job stream to a place, forwards or back, while the lease is held. No row when it is not.
 * `entriesRead` comes as text, since the count is null while unknown.
 */
const MOVE_CURSOR = statement('move a cursor', { ...LEASE, stream: 'text', ...PLACE }, (p) => {
  const place = { cursor: p.cursor, floor: p.floor, entriesRead: sql`${p.entriesRead}::bigint`, previous: p.previous };
  return sql`
      with ${underLease(p)}
      ${insertSelect(runtimeStreamCursors, { stream: p.stream, ...place })} from lease
      on conflict (${bare(runtimeStreamCursors.stream)}) do update set ${assignments(runtimeStreamCursors, place)}
      returning 1`;
});

/** {@link OperationJournal.moveCursor} */
export async function moveCursor(
  executor: PgExecutor,
  lease: LeaseGrant,
  stream: JobStreamName,
  place: StreamPlace,
): Promise<{ readonly kind: 'moved' } | { readonly kind: 'lost' }> {
  const values = { ...leaseValues(lease), stream, ...place, entriesRead: place.entriesRead?.toString() ?? null };
  const moved = await executor.query(MOVE_CURSOR(values));
  return { kind: moved.length > 0 ? 'moved' : 'lost' };
}
