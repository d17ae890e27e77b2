import type { LanePosition } from '@galaxy/manager-ports';
import { sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { runtimeOutbox, runtimePublishing } from '../schema/schema.js';
import { bigInt, int } from '../sql/row.js';
import { ago, assignments, bareList, insertSelect } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';

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

/**
 * Takes back the marks of messages that the server of the streams does not hold, up to a limit, and raises the publish
 * epoch, while the epoch is the one given. No row when it is not.
 * The entry's id stays: what is published later must come after it.
 */
const TAKE_BACK = statement(
  'take back marks',
  { fence: 'bigint', held: 'json', withinMs: 'float', limit: 'int' },
  (p) => sql`
    with raised as (
      update ${runtimePublishing} set ${assignments(runtimePublishing, { epoch: sql`${epoch} + 1` })}
      where ${epoch} = ${p.fence} returning ${epoch} as epoch
    ), lost as (
      select ${id} as id from raised, ${runtimeOutbox}
        left join json_to_recordset(${p.held}) as h(kind text, lane text, number bigint) on h.kind = ${kind} and h.lane = ${lane}
      where ${publishedAt} > ${ago(p.withinMs)} and ${number} > coalesce(h.number, 0)
      limit ${p.limit}
    ), taken as (
      update ${runtimeOutbox} set ${assignments(runtimeOutbox, { publishedAt: sql`null` })}
      from lost where ${id} = lost.id
      returning 1
    )
    select epoch::text, (select count(*)::int from taken) as taken_back from raised`,
);

/** So many take about a second; a million at once, as after a flush, would never end within a statement's time. */
const BATCH = 20_000;

/**
 * {@link Outbox.takeBack}, behind a fence: the epoch is raised before the first mark is looked at. Marks under way end
 * first, later ones do not count, and nobody publishes under an epoch that no server was told. Each statement raises the
 * epoch that the one before it left: if somebody else did, the fence is no fence any more. A crash on the way leaves an
 * epoch that no server knows, so nothing is published before the next comparison.
 */
export async function takeBack(
  executor: PgExecutor,
  held: readonly LanePosition[],
  withinMs: number,
): Promise<{ readonly epoch: bigint; readonly takenBack: number }> {
  const rows = named(held);
  let takenBack = 0;
  let fence: bigint | null = null;
  for (;;) {
    fence ??= await raise(executor);
    const [taken] = await executor.query(TAKE_BACK({ fence, held: rows, withinMs, limit: BATCH }));
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

// A lane that is held at 0 need not be named.
function named(held: readonly LanePosition[]) {
  return held.filter(({ number }) => number > 0n).map(({ kind, lane, number }) => ({ kind, lane, number: number.toString() }));
}
