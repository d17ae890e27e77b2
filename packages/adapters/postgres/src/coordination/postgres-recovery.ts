import type { OutboxLane, Recovery } from '@galaxy/manager-ports';
import { sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { operationLog, runtimeLanes } from '../schema/schema.js';
import { bigInt, int } from '../sql/row.js';
import { assignments } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';
import { onHold } from './postgres-holds.js';

const { status } = operationLog;

/** Fails every operation that has not ended, while the database is held as restored. Nothing is published of them. */
const CLOSE_OPERATIONS = statement(
  'close operations',
  { message: 'text' },
  (p) => sql`
    with closed as (
      update ${operationLog} set ${assignments(operationLog, {
        status: sql`'failed'`,
        holder: sql`null`,
        claimExpiresAt: sql`null`,
        raw: sql`null`,
        errorCode: sql`'internal_error'`,
        errorMessage: p.message,
        finishedAt: sql`clock_timestamp()`,
      })}
      where ${status} in ('queued', 'running') and ${onHold}
      returning 1
    )
    select count(*)::int as closed from closed`,
);

/** The last number of each lane that is asked for, in the order given. */
const LAST_NUMBERS = statement(
  'read last numbers',
  { lanes: 'json' },
  (p) => sql`
    select coalesce(${runtimeLanes.lastNumber}, 0)::text as number
    from rows from (json_to_recordset(${p.lanes}) as (kind text, lane text)) with ordinality as l(kind, lane, n)
      left join ${runtimeLanes} on ${runtimeLanes.kind} = l.kind and ${runtimeLanes.lane} = l.lane
    order by l.n`,
);

/** {@link Recovery} over the tables of the journal and the outbox. */
export class PostgresRecovery implements Recovery {
  readonly #executor: PgExecutor;

  constructor(executor: PgExecutor) {
    this.#executor = executor;
  }

  async closeOperations(message: string): Promise<number> {
    const [row = {}] = await this.#executor.query(CLOSE_OPERATIONS({ message }));
    return int(row, 'closed');
  }

  async lastNumbers(lanes: readonly OutboxLane[]): Promise<bigint[]> {
    const rows = await this.#executor.query(LAST_NUMBERS({ lanes }));
    return rows.map((row) => bigInt(row, 'number'));
  }
}
