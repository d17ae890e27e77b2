import type { ClaimKey, ClaimState } from '@galaxy/manager-ports';
import { sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { operationLog } from '../schema/schema.js';
import { bool, int } from '../sql/row.js';
import { assignments, fromNow } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';
import { superseded } from './preempts.js';

const { opId, gameId, op, ord, attempt, status, holder } = operationLog;

/**
 * Extends claims. A row for each that was renewed, with whether a later one has superseded the operation. A row that somebody else
 * holds is skipped: one row must not delay the renewals of all others.
 */
const RENEW = statement(
  'renew',
  { claims: 'json', ttlMs: 'float' },
  (p) => sql`
    with mine as (
      select ${opId}, ${gameId}, ${op}, ${ord}, a.n
      from ${operationLog} join json_to_recordset(${p.claims}) as a(n int, op_id uuid, attempt int) on ${opId} = a.op_id
      where ${attempt} = a.attempt and ${status} = 'running' and ${holder} is not null
      order by ${opId} for update of ${operationLog} skip locked
    ), renewed as (
      update ${operationLog} set ${assignments(operationLog, { claimExpiresAt: fromNow(p.ttlMs) })}
      from mine where ${opId} = mine.op_id
      returning mine.*
    )
    select n, ${superseded('renewed')} as superseded from renewed`,
);

/** The claims that are neither lost nor ended, looked at without a lock. */
const LOOK = statement(
  'look at claims',
  { claims: 'json' },
  (p) => sql`
    select a.n from ${operationLog} join json_to_recordset(${p.claims}) as a(n int, op_id uuid, attempt int) on ${opId} = a.op_id
    where ${attempt} = a.attempt and ${status} = 'running' and ${holder} is not null`,
);

/** {@link OperationJournal.renew} */
export async function renew(executor: PgExecutor, claims: readonly ClaimKey[], ttlMs: number): Promise<ClaimState[]> {
  if (claims.length === 0) return [];
  const asked = claims.map(({ opId, attempt }, n) => ({ n, op_id: opId, attempt }));
  const rows = await executor.query(RENEW({ claims: asked, ttlMs }));
  const renewed = new Map(rows.map((row) => [int(row, 'n'), bool(row, 'superseded')]));
  const others = asked.filter(({ n }) => !renewed.has(n));
  // A second statement, so that a claim that was lost while the first one ran is seen as lost.
  const skipped = others.length === 0 ? [] : (await executor.query(LOOK({ claims: others }))).map((row) => int(row, 'n'));
  return claims.map(({ opId, attempt }, n) => ({ opId, attempt, state: stateOf(renewed.get(n), skipped.includes(n)) }));
}

function stateOf(superseded: boolean | undefined, isSkipped: boolean): ClaimState['state'] {
  if (superseded === undefined) return isSkipped ? 'unknown' : 'lost';
  return superseded ? 'superseded' : 'held';
}
