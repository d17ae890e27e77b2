import {
  forEachKind,
  HeldRowFault,
  type LanePosition,
  OUTBOX_KINDS,
  type OutboxKind,
  type PublishMark,
  type PublishState,
} from '@galaxy/manager-ports';
import { type SQL, sql } from 'drizzle-orm';
import { pastShortLocks } from '../client/past-short-locks.js';
import type { PgExecutor } from '../client/pg-executor.js';
import { runtimeOutbox, runtimePublishing } from '../schema/schema.js';
import { bigInt, int, oneOf, text, textOrNull } from '../sql/row.js';
import { ago, assignments } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';
import { isOf, presentEpoch } from './outbox-message.js';

const { id, kind, lane, number, publishedAt, entryId } = runtimeOutbox;

/**
 * The row of the epoch is locked before it is compared: a mark that waited while the epoch was raised sees the new one, and a
 * statement that raises the epoch waits for marks in progress. Rows that somebody else holds are skipped, and counted: a worker and the
 * relay may mark the same ones. If the mark without an entry id comes first, a later one still adds the id.
 */
const MARK_PUBLISHED = statement(
  'mark as published',
  { marks: 'json' },
  (p) => sql`
    with present as (
      select ${runtimePublishing.epoch} as epoch from ${runtimePublishing} for share
    ), counted as (
      select m.id, max(m.entry_id) as entry_id from json_to_recordset(${p.marks}) as m(id bigint, epoch bigint, entry_id text)
      where m.epoch = coalesce((select epoch from present), 0) group by m.id
    ), waiting as (
      select ${id} as id, counted.entry_id from ${runtimeOutbox}, counted
      where ${id} = counted.id and (${publishedAt} is null or counted.entry_id <> coalesce(${entryId}, ''))
      order by ${id} for update of ${runtimeOutbox} skip locked
    ), marked as (
      update ${runtimeOutbox} set ${assignments(runtimeOutbox, {
        publishedAt: sql`coalesce(${publishedAt}, clock_timestamp())`,
        entryId: sql`coalesce(waiting.entry_id, ${entryId})`,
      })}
      from waiting where ${id} = waiting.id
    )
    select count(*)::int as skipped from ${runtimeOutbox}, counted
    where ${id} = counted.id and (${publishedAt} is null or counted.entry_id <> coalesce(${entryId}, ''))
      and ${id} not in (select waiting.id from waiting)`,
);

// Later marks have higher entry ids, except where publishers overtook each other: the highest id is among this many recent ones.
const RECENT = sql`1000`;

// Entry ids are two unsigned 64-bit integers, so they are compared as numeric.
const highest = (recent: SQL) => sql`(select entry_id from (${recent}) as recent
  order by split_part(entry_id, '-', 1)::numeric desc, split_part(entry_id, '-', 2)::numeric desc limit 1)`;
const lastEntryId = (ofKind: OutboxKind) =>
  highest(sql`
  (select ${entryId} as entry_id from ${runtimeOutbox}
    where ${kind} = ${sql.raw(`'${ofKind}'`)} and ${publishedAt} is not null and ${entryId} is not null
    order by ${publishedAt} desc limit ${RECENT})
  union all
  (select ${entryId} as entry_id from ${runtimeOutbox}
    where ${publishedAt} is null and ${entryId} is not null and ${kind} = ${sql.raw(`'${ofKind}'`)})`);

/** The present publish epoch, the last outbox id, and the highest entry id known of each stream. */
const STATE = statement(
  'read the publish state',
  {},
  () => sql`
    select ${presentEpoch} as epoch, coalesce((select max(${id}) from ${runtimeOutbox}), 0)::text as last_id,
    ${sql.join(
      OUTBOX_KINDS.map((one) => sql`${lastEntryId(one)} as ${sql.identifier(one)}`),
      sql`, `,
    )}`,
);

/** The lanes with a message that was marked lately, each with the highest number that was. */
const LATELY = statement(
  'list recently published lanes',
  { kinds: 'json', withinMs: 'float' },
  (p) => sql`select ${kind} as kind, ${lane} as lane, max(${number})::text as number from ${runtimeOutbox}
    where ${isOf(p.kinds)} and ${publishedAt} > ${ago(p.withinMs)} group by ${kind}, ${lane} order by ${kind}, ${lane}`,
);

/** {@link Outbox.markPublished} */
export async function markPublished(executor: PgExecutor, marks: readonly PublishMark[]): Promise<void> {
  if (marks.length === 0) return;
  const rows = marks.map(({ id, epoch, entryId }) => ({ id: id.toString(), epoch: epoch.toString(), entry_id: entryId }));
  const mark = async (): Promise<void> => {
    const [row = {}] = await executor.query(MARK_PUBLISHED({ marks: rows }));
    if (int(row, 'skipped') > 0) throw new HeldRowFault('mark as published');
  };
  await pastShortLocks(mark).catch((error: unknown) => {
    // The others are marked. This one is published again by the relay, which finds it in the stream and marks it then.
    if (!(error instanceof HeldRowFault)) throw error;
  });
}

/** {@link Outbox.state} */
export async function publishState(executor: PgExecutor): Promise<PublishState> {
  const [row = {}] = await executor.query(STATE({}));
  return {
    epoch: bigInt(row, 'epoch'),
    lastId: bigInt(row, 'last_id'),
    lastEntryIds: forEachKind((kind) => textOrNull(row, kind)),
  };
}

/** {@link Outbox.lately} */
export async function lately(executor: PgExecutor, kinds: readonly OutboxKind[], withinMs: number): Promise<LanePosition[]> {
  const rows = await executor.query(LATELY({ kinds, withinMs }));
  return rows.map((row) => ({ kind: oneOf(row, 'kind', OUTBOX_KINDS), lane: text(row, 'lane'), number: bigInt(row, 'number') }));
}
