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
 * Extends claims. A row for each that is still held, with whether a later one has superseded the operation.
 * All statements lock rows in the same order, so that two statements over many rows can't deadlock.
 */
const RENEW = statement(
  'renew',
  { claims: 'json', ttlMs: 'float' },
  (p) => sql`
    with mine as (
      select ${opId}, ${gameId}, ${op}, ${ord}, a.n
      from ${operationLog} join json_to_recordset(${p.claims}) as a(n int, op_id uuid, attempt int) on ${opId} = a.op_id
      where ${attempt} = a.attempt and ${status} = 'running' and ${holder} is not null
      order by ${opId} for update of ${operationLog}
    ), renewed as (
      update ${operationLog} set ${assignments(operationLog, { claimExpiresAt: fromNow(p.ttlMs) })}
      from mine where ${opId} = mine.op_id
      returning mine.*
    )
    select n, ${superseded('renewed')} as superseded from renewed`,
);

/** {@link OperationJournal.renew} */
export async function renew(executor: PgExecutor, claims: readonly ClaimKey[], ttlMs: number): Promise<ClaimState[]> {
  if (claims.length === 0) return [];
  const asked = claims.map(({ opId, attempt }, n) => ({ n, op_id: opId, attempt }));
  const rows = await executor.query(RENEW({ claims: asked, ttlMs }));
  const held = new Map(rows.map((row) => [int(row, 'n'), bool(row, 'superseded')]));
  return claims.map(({ opId, attempt }, n) => ({ opId, attempt, state: stateOf(held.get(n)) }));
}

function stateOf(superseded: boolean | undefined): ClaimState['state'] {
  if (superseded === undefined) return 'lost';
  return superseded ? 'superseded' : 'held';
}
