import { sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { PgExecutor } from '../client/pg-executor.js';
import { runtimeOutbox } from '../schema/schema.js';
import { int } from '../sql/row.js';
import { ago } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';

const { id, publishedAt } = runtimeOutbox;
const old = alias(runtimeOutbox, 'old');
const later = alias(runtimeOutbox, 'later');

/** Rows that somebody else holds stay for the next time. The age is checked twice: the mark may just have been taken back. */
const PRUNE = statement(
  'prune the outbox',
  { olderThanMs: 'float', limit: 'int' },
  (p) => sql`
    with chosen as (
      select ${old.id} as id from ${runtimeOutbox} ${old}
      where ${old.publishedAt} < ${ago(p.olderThanMs)} and (${old.kind} <> 'dead_letter' or ${old.resolution} is not null)
        and exists (select from ${runtimeOutbox} ${later}
                    where ${later.kind} = ${old.kind} and ${later.lane} = ${old.lane} and ${later.number} > ${old.number})
      order by ${old.publishedAt} limit ${p.limit} for update of ${old} skip locked
    ), deleted as (
      delete from ${runtimeOutbox} using chosen where ${id} = chosen.id and ${publishedAt} < ${ago(p.olderThanMs)}
      returning 1
    )
    select count(*)::int as deleted from deleted`,
);

/** {@link Outbox.prune} */
export async function pruneOutbox(executor: PgExecutor, olderThanMs: number, limit: number): Promise<number> {
  const [row = {}] = await executor.query(PRUNE({ olderThanMs, limit }));
  return int(row, 'deleted');
}
