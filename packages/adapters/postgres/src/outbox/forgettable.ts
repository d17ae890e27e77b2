import type { Forgettable, OutboxKind } from '@galaxy/manager-ports';
import { sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { runtimeDeletedMessages, runtimeOutbox } from '../schema/schema.js';
import { bigInt, jsonText } from '../sql/row.js';
import { ago } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';
import { presentEpoch } from './outbox-message.js';

const { id, kind, lane, publishedAt } = runtimeOutbox;
const deleted = runtimeDeletedMessages;

/**
 * No row while a message up to the last deleted one may still be sent: it is not marked, or was marked lately, or belongs to a
 * transaction that is still open. Such a transaction is older than the last deletion: ids are given long before messages are deleted.
 */
const FORGETTABLE = statement(
  'list lanes to forget',
  { kind: 'text', lanes: 'json', markedWithinMs: 'float' },
  (p) => sql`
    select ${presentEpoch} as epoch, ${deleted.upTo}::text as up_to, (
      select coalesce(json_agg(asked.lane order by asked.lane collate "C"), '[]')::text
      from json_array_elements_text(${p.lanes}) as asked(lane)
      where not exists (select from ${runtimeOutbox} where ${kind} = ${p.kind} and ${lane} = asked.lane)
    ) as lanes
    from ${deleted}
    where ${deleted.kind} = ${p.kind} and ${deleted.deletedIn} < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
      and not exists (
        select from ${runtimeOutbox} where ${kind} = ${p.kind} and ${id} <= ${deleted.upTo}
          and (${publishedAt} is null or ${publishedAt} > ${ago(p.markedWithinMs)})
      )`,
);

/** {@link Outbox.forgettable} */
export async function forgettable(
  executor: PgExecutor,
  kind: OutboxKind,
  lanes: readonly string[],
  markedWithinMs: number,
): Promise<Forgettable | null> {
  const [row] = await executor.query(FORGETTABLE({ kind, lanes, markedWithinMs }));
  if (row === undefined) return null;
  return { epoch: bigInt(row, 'epoch'), upTo: bigInt(row, 'up_to'), lanes: jsonText(row, 'lanes') as readonly string[] };
}
