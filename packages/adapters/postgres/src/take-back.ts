import type { LanePosition } from '@galaxy/ports';
import { sql } from 'drizzle-orm';
import type { PgExecutor } from './pg-executor.js';
import { bigInt, int } from './row.js';
import { runtimeOutbox, runtimePublishing } from './schema.js';
import { ago, assignments, bareList, insertSelect } from './sql-text.js';
import { statement } from './statement.js';

const { id, kind, lane, number, publishedAt } = runtimeOutbox;
const { one, epoch } = runtimePublishing;

const RAISE = statement(
  'raise the publish epoch',
  {},
  () => sql`
    ${insertSelect(runtimePublishing, { epoch: sql`1` })}
    on conflict (${bareList(one)}) do update set ${assignments(runtimePublishing, { epoch: sql`${epoch} + 1` })}
    returning ${epoch}::text`,
);

// The entry's id stays: what is published later must come after it.
const TAKE_BACK = statement(
  'take back marks',
  { fence: 'bigint', held: 'json', withinMs: 'float' },
  (p) => sql`
    with raised as (
      update ${runtimePublishing} set ${assignments(runtimePublishing, { epoch: sql`${epoch} + 1` })}
      where ${epoch} = ${p.fence} returning ${epoch} as epoch
    ), lost as (
      select ${id} as id from raised, ${runtimeOutbox}
        left join json_to_recordset(${p.held}) as h(kind text, lane text, number bigint) on h.kind = ${kind} and h.lane = ${lane}
      where ${publishedAt} > ${ago(p.withinMs)} and ${number} > coalesce(h.number, 0)
    ), taken as (
      update ${runtimeOutbox} set ${assignments(runtimeOutbox, { publishedAt: sql`null` })}
      from lost where ${id} = lost.id
      returning 1
    )
    select epoch::text, (select count(*)::int from taken) as taken_back from raised`,
);

/**
 * {@link Outbox.takeBack}: one statement, behind a fence. A statement does not see marks that end after it has begun, so
 * the epoch is raised once before: marks under way end first, later ones do not count, and nobody publishes under the
 * epoch in between. If somebody raised it meanwhile, the fence is no fence any more. A crash behind it has changed nothing.
 */
export async function takeBack(
  executor: PgExecutor,
  held: readonly LanePosition[],
  withinMs: number,
): Promise<{ readonly epoch: bigint; readonly takenBack: number }> {
  const rows = held.map(({ kind, lane, number }) => ({ kind, lane, number: number.toString() }));
  for (;;) {
    const [fence = {}] = await executor.query(RAISE({}));
    const [taken] = await executor.query(TAKE_BACK({ fence: bigInt(fence, 'epoch'), held: rows, withinMs }));
    if (taken !== undefined) return { epoch: bigInt(taken, 'epoch'), takenBack: int(taken, 'taken_back') };
  }
}
