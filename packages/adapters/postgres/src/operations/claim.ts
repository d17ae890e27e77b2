import type { OperationClass } from '@galaxy/domain';
import type { Claim, ClaimRequest, UnreadableOperation } from '@galaxy/manager-ports';
import { type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { PgExecutor } from '../client/pg-executor.js';
import { PostgresFault } from '../client/postgres-faults.js';
import { onHold } from '../coordination/postgres-holds.js';
import { recordColumns } from '../records/record-columns.js';
import { operationLog, runtimeRecords } from '../schema/schema.js';
import { int, type Row, text } from '../sql/row.js';
import { assignments, fromNow } from '../sql/sql-text.js';
import { type Placeholders, statement } from '../sql/statement.js';
import { claimOf } from './claim-row.js';
import { isFirstToPreempt, superseded } from './preempts.js';
import { releaseClaim } from './release-claim.js';

const { opId, gameId, status, attempt, failures, creditedAttempt, startedAt, statusBefore, claimExpiresAt } = operationLog;
const expired = alias(operationLog, 'expired');
const head = alias(operationLog, 'head');
const earlier = alias(operationLog, 'earlier');
const oldest = alias(operationLog, 'oldest');

const PARAMETERS = {
  holder: 'text',
  ttlMs: 'float',
  known: 'json',
  starts: 'int',
  turns: 'int',
  others: 'int',
  takeOver: 'boolean',
  inFlight: 'json',
} as const;

const isKnown = (row: typeof expired | typeof head | typeof oldest, more: SQL = sql``) =>
  sql`exists (select from known k where k.op = ${row.op} and ${row.payloadVersion} <= k.payload_version${more})`;

// The status of a row that is looked up by its id. In a CASE, so that the planner does not walk all rows of that status instead.
const looked = (row: typeof expired | typeof operationLog, is: 'queued' | 'running') =>
  sql`case when ${row.opId} is not null then ${row.status} = ${sql.raw(`'${is}'`)} else false end`;

// The expired rows come from one walk over all that run: while an old snapshot keeps rows that ended, each walk passes those, too.
// A running row without a holder was released: it may be claimed after its delay, also where take-overs are not allowed.
const takeOvers = (of: OperationClass, limit: SQL, p: Placeholders<typeof PARAMETERS>) => sql`
  select ${expired.opId} as op_id from ${operationLog} ${expired}
  where ${expired.opId} = any (array(select op_id from running where is_expired)) and ${looked(expired, 'running')} and ${expired.claimExpiresAt} <= clock_timestamp() and ${expired.class} = ${sql.raw(`'${of}'`)} and not ${onHold}
    and (${expired.holder} is null or ${p.takeOver}) and ${expired.opId} <> all (array(select op_id from in_flight))
    and ${isKnown(
      expired,
      sql` and (${expired.step} is null
      or ${expired.stepVersion} <= k.step_version and ${expired.step} in (select json_array_elements_text(k.steps)))`,
    )}
  order by ${expired.ord} limit ${limit} for update skip locked`;

// Walks the queue of one class in order, and takes an operation if it is the oldest queued one of its game and no operation of the
// game runs. The CASE is there for the planner: it can neither turn it into a join over the whole queue, nor expect so few rows that
// sorting the queue would be cheaper. So it walks the index and stops at the limit, whatever the statistics say.
const heads = (of: OperationClass, limit: SQL, taken: SQL) => sql`
  select ${head.opId} as op_id from ${operationLog} ${head}
  where ${head.status} = 'queued' and ${head.class} = ${sql.raw(`'${of}'`)} and not ${onHold} and case
    when ${head.gameId} in (select game_id from busy) then false
    when (select min(${earlier.ord}) from ${operationLog} ${earlier}
          where ${earlier.gameId} = ${head.gameId} and ${earlier.status} = 'queued') <> ${head.ord} then false
    else ${isKnown(head)} end
  order by ${head.ord} limit greatest(${limit} - (select count(*) from ${taken}), 0) for update of ${head} skip locked`;

// Walks the queue of the class `other` in the same way. Where a game's oldest operation yields to the walked one, and was never begun,
// it takes that oldest one (`ends_early`): it only has to be answered, so that the walked one need not wait for a place of its class.
// The lateral join with its limit leaves the planner no other order.
const otherHeads = (limit: SQL) => sql`
  select ${oldest.opId} as op_id, ${oldest.ord} <> ${head.ord} as ends_early
  from ${operationLog} ${head} cross join lateral (
    select * from ${operationLog} ${oldest} where ${oldest.gameId} = ${head.gameId} and ${oldest.status} = 'queued' order by ${oldest.ord} limit 1
  ) ${oldest}
  where ${head.status} = 'queued' and ${head.class} = 'other' and not ${onHold} and ${head.gameId} not in (select game_id from busy) and case
    when ${oldest.ord} = ${head.ord} then ${isKnown(oldest)}
    when ${oldest.class} = 'other' then false
    else ${isFirstToPreempt('head', 'oldest')} and ${isKnown(oldest)} end
  order by ${head.ord} limit greatest(${limit} - (select count(*) from other_take_overs), 0) for update of ${head} skip locked`;

/**
 * Claims operations: expired claims first, then the first queued operation of each game for which nothing runs. Each class has a limit
 * of its own. Returns each operation with the record of its game.
 */
const CLAIM = statement(
  'claim',
  PARAMETERS,
  (p) => sql`
    with in_flight as (
      select value::uuid as op_id from json_array_elements_text(${p.inFlight})
    ), known as (
      select * from json_to_recordset(${p.known}) as k(op text, payload_version int, step_version int, steps json)
    ), running as materialized (
      select ${opId}, ${gameId}, ${claimExpiresAt} <= clock_timestamp() as is_expired from ${operationLog} where ${status} = 'running'
    ), busy as (
      select game_id from running
    ), start_take_overs as (${takeOvers('start', p.starts, p)}),
    turn_take_overs as (${takeOvers('turn', p.turns, p)}),
    other_take_overs as (${takeOvers('other', p.others, p)}),
    start_heads as (${heads('start', p.starts, sql`start_take_overs`)}),
    turn_heads as (${heads('turn', p.turns, sql`turn_take_overs`)}),
    other_heads as (${otherHeads(p.others)}),
    early as (
      select ${opId} as op_id from ${operationLog}
      where ${opId} = any (array(select op_id from other_heads where ends_early)) and ${looked(operationLog, 'queued')} for update skip locked
    ),
    claimed as (
      update ${operationLog} set ${assignments(operationLog, {
        status: sql`'running'`,
        attempt: sql`${attempt} + 1`,
        failures: sql`${failures} + case when ${attempt} > ${creditedAttempt} then 1 else 0 end`,
        holder: p.holder,
        claimExpiresAt: fromNow(p.ttlMs),
        statusBefore: sql`case when ${startedAt} is not null then ${statusBefore}
          else (select ${runtimeRecords.status} from ${runtimeRecords} where ${runtimeRecords.gameId} = ${gameId}) end`,
        startedAt: sql`coalesce(${startedAt}, clock_timestamp())`,
      })}
      where ${opId} = any (array(
        select op_id from start_take_overs union all select op_id from turn_take_overs union all select op_id from other_take_overs
        union all select op_id from start_heads union all select op_id from turn_heads
        union all select op_id from other_heads where not ends_early union all select op_id from early))
      returning ${operationLog}.*
    )
    select c.op_id::text, c.ord::text as ord_text, c.game_id, c.source, c.source_ref, c.op, c.stream, c.entry_id, c.raw, c.payload::text, c.attempt, c.failures,
      c.unavailable_ms::float8, c.step, c.step_attempt, c.step_data::text, c.former::text as previous, c.container_id, 
      case when c.op_id in (select op_id from early) then 'other' else c.class end as place, ${superseded('c')} as superseded, ${recordColumns}
    from claimed c left join lateral (
      select * from ${runtimeRecords} where ${runtimeRecords.gameId} = c.game_id limit 1
    ) ${runtimeRecords} on true
    order by c.ord`,
);

/** The present records of games. */
const RECORDS = statement(
  'read records of claims',
  { gameIds: 'json' },
  (p) => sql`select ${recordColumns} from ${runtimeRecords}
    where ${runtimeRecords.gameId} = any (array(select value from json_array_elements_text(${p.gameIds})))`,
);

/** How long a row that this build can't read is left to others. */
const UNREADABLE_DELAY_MS = 5000;

/** {@link OperationJournal.claim} */
export async function claim(
  executor: PgExecutor,
  request: ClaimRequest,
  onUnreadable: (operation: UnreadableOperation) => void = () => undefined,
): Promise<Claim[]> {
  const rows = await claimRows(executor, request);
  const fresh = await freshRecords(executor, rows);
  const claims: Claim[] = [];
  for (const row of rows) {
    try {
      const own = int(row, 'attempt') > 1 ? { row: fresh.get(text(row, 'game_id')) } : null;
      claims.push(claimOf(row, own));
    } catch (error) {
      await release(executor, row);
      onUnreadable({ opId: text(row, 'op_id'), gameId: text(row, 'game_id'), op: text(row, 'op'), reason: String(error) });
    }
  }
  return claims;
}

async function claimRows(
  executor: PgExecutor,
  { holder, ttlMs, takeOver, inFlight, places, known }: ClaimRequest,
): Promise<readonly Row[]> {
  const limits = { starts: places.start, turns: places.turn, others: places.other };
  try {
    return await executor.query(CLAIM({ holder, ttlMs, takeOver, inFlight, known: known.map(knownJson), ...limits }));
  } catch (error) {
    // An older operation of the game became visible during this statement, and another call claimed it. The next call sees it running.
    if (error instanceof PostgresFault && error.constraint === 'runtime_operation_log_running_key') return [];
    throw error;
  }
}

function knownJson({ op, payloadVersion, stepVersion, steps }: ClaimRequest['known'][number]): Record<string, unknown> {
  return { op, payload_version: payloadVersion, step_version: stepVersion, steps };
}

// The claim statement read the records as they were at its beginning. The previous holder of a taken-over operation may have changed
// its record after that, until it lost the claim. Now nobody else can, so the record is read again.
async function freshRecords(executor: PgExecutor, claimed: readonly Row[]): Promise<ReadonlyMap<string, Row>> {
  const takenOver = claimed.filter((row) => int(row, 'attempt') > 1);
  if (takenOver.length === 0) return new Map();
  const rows = await executor.query(RECORDS({ gameIds: takenOver.map((row) => text(row, 'game_id')) }));
  return new Map(rows.map((row) => [text(row, 'record_game_id'), row]));
}

// If this fails, the claim expires by itself, and that attempt is counted.
async function release(executor: PgExecutor, row: Row): Promise<void> {
  const key = { opId: text(row, 'op_id'), attempt: int(row, 'attempt') };
  const release = { reason: 'handover', delayMs: UNREADABLE_DELAY_MS, unavailableMs: 0 } as const;
  await releaseClaim(executor, key, release).catch(() => undefined);
}
