import type { ClaimKey, ClaimRelease } from '@galaxy/manager-ports';
import { HeldRowFault } from '@galaxy/manager-ports';
import { type SQL, sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { operationLog } from '../schema/schema.js';
import { bool } from '../sql/row.js';
import { assignments, fromNow } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';

const { opId, attempt, status, holder, creditedAttempt, unavailableMs } = operationLog;

const isMine = (p: { readonly opId: SQL; readonly attempt: SQL }): SQL =>
  sql`${opId} = ${p.opId} and ${attempt} = ${p.attempt} and ${status} = 'running' and ${holder} is not null`;

/**
 * The row stays `running`, so that no other operation of the game begins before it. One row tells whether the claim was there, and
 * whether it was released: it is not while somebody else holds its row.
 */
const RELEASE_CLAIM = statement(
  'release a claim',
  { opId: 'uuid', attempt: 'int', isFailure: 'boolean', delayMs: 'float', unavailableMs: 'float' },
  (p) => sql`
    with mine as (
      select ${opId} from ${operationLog} where ${isMine(p)} for update skip locked
    ), released as (
      update ${operationLog} set ${assignments(operationLog, {
        holder: sql`null`,
        claimExpiresAt: fromNow(p.delayMs),
        creditedAttempt: sql`case when ${p.isFailure} then ${creditedAttempt} else ${attempt} end`,
        unavailableMs: sql`${unavailableMs} + ${p.unavailableMs}`,
      })}
      where ${opId} in (select op_id from mine)
      returning 1
    )
    select exists(select from released) as released, exists(select from ${operationLog} where ${isMine(p)}) as mine`,
);

/** {@link OperationJournal.releaseClaim} */
export async function releaseClaim(executor: PgExecutor, claim: ClaimKey, releaseClaim: ClaimRelease): Promise<void> {
  const { reason, delayMs, unavailableMs } = releaseClaim;
  const [row = {}] = await executor.query(RELEASE_CLAIM({ ...claim, isFailure: reason === 'failure', delayMs, unavailableMs }));
  if (bool(row, 'mine') && !bool(row, 'released')) throw new HeldRowFault('release a claim');
}
