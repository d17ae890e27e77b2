import { OPERATION_SOURCES, OPERATION_STEPS, type PreviousRuntime, type RuntimeJob } from '@galaxy/domain';
import type { Claim, ClaimRequest, OperationProgress } from '@galaxy/manager-ports';
import { type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { PgExecutor } from '../client/pg-executor.js';
import { PostgresFault } from '../client/postgres-faults.js';
import { onHold } from '../coordination/postgres-holds.js';
import { recordColumns, recordOf, recordOrNull } from '../records/record-columns.js';
import { operationLog, runtimeRecords } from '../schema/schema.js';
import { bigInt, bool, int, jsonText, oneOf, type Row, text, textOrNull } from '../sql/row.js';
import { assignments, fromNow } from '../sql/sql-text.js';
import { type Placeholders, statement } from '../sql/statement.js';
import { superseded } from './renew.js';
import { loadJob } from './stored-job.js';

const { opId, gameId, status, attempt, failures, creditedAttempt, startedAt, statusBefore } = operationLog;
const expired = alias(operationLog, 'expired');
const head = alias(operationLog, 'head');
const earlier = alias(operationLog, 'earlier');

const PARAMETERS = { holder: 'text', ttlMs: 'float', starts: 'int', others: 'int', takeOver: 'boolean', inFlight: 'json' } as const;

// A running row without a holder was released: it may be claimed after its delay, also where take-overs are not allowed.
const takeOvers = (isKind: SQL, limit: SQL, p: Placeholders<typeof PARAMETERS>) => sql`
  select ${expired.opId} as op_id from ${operationLog} ${expired}
  where ${expired.status} = 'running' and ${expired.claimExpiresAt} <= clock_timestamp() and ${isKind} and not ${onHold}
    and (${expired.holder} is null or ${p.takeOver}) and ${expired.opId} <> all (array(select op_id from in_flight))
  order by ${expired.ord} limit ${limit} for update skip locked`;

// Walks the queue of one kind in order, and takes an operation if it is the oldest queued one of its game and no operation of the
// game runs. The CASE is there for the planner: it can neither turn it into a join over the whole queue, nor expect so few rows that
// sorting the queue would be cheaper. So it walks the index and stops at the limit, whatever the statistics say.
const heads = (isKind: SQL, limit: SQL, taken: SQL) => sql`
  select ${head.opId} as op_id from ${operationLog} ${head}
  where ${head.status} = 'queued' and ${isKind} and not ${onHold} and case
    when ${head.gameId} in (select game_id from busy) then false
    else (select min(${earlier.ord}) from ${operationLog} ${earlier}
          where ${earlier.gameId} = ${head.gameId} and ${earlier.status} = 'queued') = ${head.ord} end
  order by ${head.ord} limit greatest(${limit} - (select count(*) from ${taken}), 0) for update of ${head} skip locked`;

/**
 * Claims operations: expired claims first, then the first queued operation of each game for which nothing runs. Starts
 * and all others have limits of their own. Returns each operation with the record of its game.
 */
const CLAIM = statement(
  'claim',
  PARAMETERS,
  (p) => sql`
    with in_flight as (
      select value::uuid as op_id from json_array_elements_text(${p.inFlight})
    ), busy as (
      select ${gameId} from ${operationLog} where ${status} = 'running'
    ), start_take_overs as (${takeOvers(sql`${expired.op} = 'start'`, p.starts, p)}),
    other_take_overs as (${takeOvers(sql`${expired.op} <> 'start'`, p.others, p)}),
    start_heads as (${heads(sql`${head.op} = 'start'`, p.starts, sql`start_take_overs`)}),
    other_heads as (${heads(sql`${head.op} <> 'start'`, p.others, sql`other_take_overs`)}),
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
        select op_id from start_take_overs union all select op_id from other_take_overs
        union all select op_id from start_heads union all select op_id from other_heads))
      returning ${operationLog}.*
    )
    select c.op_id::text, c.ord::text as ord_text, c.game_id, c.source, c.source_ref, c.op, c.stream, c.entry_id, c.raw, c.payload::text, c.attempt, c.failures,
      c.unavailable_ms::float8, c.step, c.former::text as previous, c.container_id, ${superseded('c')} as superseded, ${recordColumns}
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

/** {@link OperationJournal.claim} */
export async function claim(executor: PgExecutor, request: ClaimRequest): Promise<Claim[]> {
  try {
    const rows = await executor.query(CLAIM(request));
    return await withFreshRecords(executor, rows.map(claimOf));
  } catch (error) {
    // An older operation of the game became visible during this statement, and another call claimed it. The next call sees it running.
    if (error instanceof PostgresFault && error.constraint === 'runtime_operation_log_running_key') return [];
    throw error;
  }
}

// The claim statement read the records as they were at its beginning. The previous holder of a taken-over operation may have changed
// its record after that, until it lost the claim. Now nobody else can, so the record is read again.
async function withFreshRecords(executor: PgExecutor, claims: Claim[]): Promise<Claim[]> {
  const takenOver = claims.filter(({ attempt }) => attempt > 1);
  if (takenOver.length === 0) return claims;
  const rows = await executor.query(RECORDS({ gameIds: takenOver.map(({ gameId }) => gameId) }));
  const fresh = new Map(rows.map((row) => [text(row, 'record_game_id'), recordOf(row)]));
  return claims.map((claim) => (claim.attempt > 1 ? { ...claim, record: fresh.get(claim.gameId) ?? null } : claim));
}

function claimOf(row: Row): Claim {
  return {
    opId: text(row, 'op_id'),
    attempt: int(row, 'attempt'),
    ord: bigInt(row, 'ord_text'),
    gameId: text(row, 'game_id'),
    source: oneOf(row, 'source', OPERATION_SOURCES),
    sourceRef: text(row, 'source_ref'),
    job: jobOf(row),
    entry: entryOf(row),
    progress: progressOf(row),
    record: recordOrNull(row),
    superseded: bool(row, 'superseded'),
    failures: int(row, 'failures'),
    unavailableMs: int(row, 'unavailable_ms'),
  };
}

// One row with an unreadable job must not stop the claims of all others: it becomes an `invalid` job, which is ended in its turn.
function jobOf(row: Row): RuntimeJob {
  const job = loadJob(jsonText(row, 'payload'));
  if (job !== null) return job;
  const of = text(row, 'op') === 'start' ? 'start' : 'stop';
  return { kind: 'invalid', of, gameId: text(row, 'game_id'), message: 'the stored job cannot be read' };
}

// Rows from before raw entries were stored have none.
function entryOf(row: Row): Claim['entry'] {
  const stream = row['stream'];
  if (stream !== 'start_jobs' && stream !== 'stop_jobs') return null;
  return { stream, entryId: text(row, 'entry_id'), raw: textOrNull(row, 'raw') ?? '[]' };
}

function progressOf(row: Row): OperationProgress | null {
  if (row['step'] === null) return null;
  return {
    step: oneOf(row, 'step', OPERATION_STEPS),
    previous: row['previous'] === null ? null : (jsonText(row, 'previous') as PreviousRuntime),
    containerId: textOrNull(row, 'container_id'),
  };
}
