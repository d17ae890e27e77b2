import type { ClaimKey, ClaimRelease } from '@galaxy/manager-ports';
import { sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { operationLog } from '../schema/schema.js';
import { assignments, fromNow } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';

const { opId, attempt, status, holder, creditedAttempt, unavailableMs } = operationLog;

/** The row stays `running`, so that no other operation of the game begins before it. */
const RELEASE_CLAIM = statement(
  'release a claim',
  { opId: 'uuid', attempt: 'int', isFailure: 'boolean', delayMs: 'float', unavailableMs: 'float' },
  (p) => sql`
    update ${operationLog} set ${assignments(operationLog, {
      holder: sql`null`,
      claimExpiresAt: fromNow(p.delayMs),
      creditedAttempt: sql`case when ${p.isFailure} then ${creditedAttempt} else ${attempt} end`,
      unavailableMs: sql`${unavailableMs} + ${p.unavailableMs}`,
    })}
    where ${opId} = ${p.opId} and ${attempt} = ${p.attempt} and ${status} = 'running' and ${holder} is not null`,
);

/** {@link OperationJournal.releaseClaim} */
export async function releaseClaim(executor: PgExecutor, claim: ClaimKey, releaseClaim: ClaimRelease): Promise<void> {
  const { reason, delayMs, unavailableMs } = releaseClaim;
  await executor.query(RELEASE_CLAIM({ ...claim, isFailure: reason === 'failure', delayMs, unavailableMs }));
}
