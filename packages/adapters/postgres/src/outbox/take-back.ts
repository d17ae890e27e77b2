import type { LanePosition, OutboxKind } from '@galaxy/manager-ports';
import { sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { runtimeOutbox, runtimePublishing } from '../schema/schema.js';
import { bigInt, int } from '../sql/row.js';
import { ago, assignments, bareList, insertSelect } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';
import { isOf } from './outbox-message.js';

const { id, kind, lane, number, publishedAt } = runtimeOutbox;
const { one, epoch } = runtimePublishing;

/** Raises the publish epoch. */
const RAISE = statement(
  'raise the publish epoch',
  {},
  () => sql`
    ${insertSelect(runtimePublishing, { epoch: sql`1` })}
    on conflict (${bareList(one)}) do update set ${assignments(runtimePublishing, { epoch: sql`${epoch} + 1` })}
    returning ${epoch}::text`,
);

/** The entry id stays in the row: later entries must get higher ids. */
const TAKE_BACK = statement(
  'take back marks',
  { fence: 'bigint', kinds: 'json', held: 'json', withinMs: 'float', limit: 'int' },
  (p) => sql`
    with raised as (
      update ${runtimePublishing} set ${assignments(runtimePublishing, { epoch: sql`${epoch} + 1` })}
      where ${epoch} = ${p.fence} returning ${epoch} as epoch
    ), lost as (
      select ${id} as id from raised, ${runtimeOutbox}
        left join json_to_recordset(${p.held}) as h(kind text, lane text, number bigint) on h.kind = ${kind} and h.lane = ${lane}
      where ${isOf(p.kinds)} and ${publishedAt} > ${ago(p.withinMs)} and ${number} > coalesce(h.number, 0)
      limit ${p.limit}
    ), taken as (
      update ${runtimeOutbox} set ${assignments(runtimeOutbox, { publishedAt: sql`null` })}
      from lost where ${id} = lost.id
      returning 1
    )
    select epoch::text, (select count(*)::int from taken) as taken_back from raised`,
);

/** This many take about one second. A million in one statement, as after a FLUSHALL, would not end within its deadline. */
const BATCH = 20_000;

/**
 * {@link Outbox.takeBack} in batches. The epoch is raised before the first mark is read, and works as a fence: marks in progress end
 * before that, later marks are ignored, and nothing is published under an epoch that no server has adopted. Each statement raises the
 * epoch that the previous one left; if another process has raised it meanwhile, the fence is gone and is set up again. A crash in
 * between leaves an epoch that no server knows, so nothing is published before the next comparison.
 */
export async function takeBack(
  executor: PgExecutor,
  kinds: readonly OutboxKind[],
  held: readonly LanePosition[],
  withinMs: number,
): Promise<{ readonly epoch: bigint; readonly takenBack: number }> {
  const rows = named(held);
  let takenBack = 0;
  let fence: bigint | null = null;
  for (;;) {
    fence ??= await raise(executor);
    const [taken] = await executor.query(TAKE_BACK({ fence, kinds, held: rows, withinMs, limit: BATCH }));
    const count = taken === undefined ? 0 : int(taken, 'taken_back');
    takenBack += count;
    fence = taken === undefined ? null : bigInt(taken, 'epoch');
    if (fence !== null && count < BATCH) return { epoch: fence, takenBack };
  }
}

async function raise(executor: PgExecutor): Promise<bigint> {
  const [row = {}] = await executor.query(RAISE({}));
  return bigInt(row, 'epoch');
}

// A lane with the number 0 need not be sent: a missing lane counts as 0.
function named(held: readonly LanePosition[]) {
  return held.filter(({ number }) => number > 0n).map(({ kind, lane, number }) => ({ kind, lane, number: number.toString() }));
}
