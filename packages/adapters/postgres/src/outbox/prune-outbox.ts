import { sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { PgExecutor } from '../client/pg-executor.js';
import { runtimeOutbox } from '../schema/schema.js';
import { int } from '../sql/row.js';
import { ago } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';
import { kindsTable } from './outbox-message.js';

const { id, publishedAt } = runtimeOutbox;
const of = alias(runtimeOutbox, 'of_kind');

/**
 * The message with the highest id stays: by it, the server of the streams shows whether this database was restored from a backup.
 * Rows that somebody else holds stay for the next time. The age is checked twice: the mark may just have been taken back.
 */
const PRUNE = statement(
  'prune the outbox',
  { olderThanMs: 'float', limit: 'int' },
  (p) => sql`
    with chosen as (
      select old.id from ${kindsTable} cross join lateral (
        select ${of.id} as id, ${of.publishedAt} as published_at from ${runtimeOutbox} ${of}
        where ${of.kind} = k.kind and ${of.publishedAt} < ${ago(p.olderThanMs)} and ${of.id} < (select max(${id}) from ${runtimeOutbox})
          and (${of.kind} <> 'dead_letter' or ${of.resolution} is not null)
        order by ${of.publishedAt} limit ${p.limit} for update of ${of} skip locked
      ) old
      order by old.published_at limit ${p.limit}
    ), deleted as (
      delete from ${runtimeOutbox} where ${id} = any (array(select id from chosen)) and ${publishedAt} < ${ago(p.olderThanMs)}
      returning 1
    )
    select count(*)::int as deleted from deleted`,
);

/** {@link Outbox.prune} */
export async function pruneOutbox(executor: PgExecutor, olderThanMs: number, limit: number): Promise<number> {
  const [row = {}] = await executor.query(PRUNE({ olderThanMs, limit }));
  return int(row, 'deleted');
}
