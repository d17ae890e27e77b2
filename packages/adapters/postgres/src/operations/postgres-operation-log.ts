import { OPERATION_SOURCES, OPERATION_STATUSES, OPERATIONS } from '@galaxy/domain';
import type { OperationLog, OperationLogEntry } from '@galaxy/manager-ports';
import { validatePageLimit } from '@galaxy/ports';
import { sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { operationLog } from '../schema/schema.js';
import { bigInt, int, oneOf, type Row, text, textOrNull, time, timeOrNull } from '../sql/row.js';
import { statement } from '../sql/statement.js';

const t = operationLog;
const COLUMNS = sql`${t.ord}::text as ord_text, ${t.opId}::text, ${t.gameId}, ${t.op}, ${t.source}, ${t.sourceRef}, ${t.status},
  ${t.attempt}, ${t.failures}, ${t.step}, ${t.errorCode}, ${t.errorMessage}, ${t.queuedAt}, ${t.startedAt}, ${t.finishedAt}`;

/** One operation. */
const GET = statement('get operation', { opId: 'uuid' }, (p) => sql`select ${COLUMNS} from ${t} where ${t.opId} = ${p.opId}`);

/** Operations of a game, the newest first, from before a place in the order. */
const LIST_BY_GAME = statement(
  'list operations of a game',
  { gameId: 'text', before: 'bigint', limit: 'int' },
  (p) =>
    sql`select ${COLUMNS} from ${t} where ${t.gameId} = ${p.gameId} and ${t.ord} < ${p.before} order by ${t.ord} desc limit ${p.limit}`,
);

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const NEWEST = 2n ** 63n - 1n;

/** The operation log in the table `runtime_operation_log`. Read-only. */
export class PostgresOperationLog implements OperationLog {
  readonly #executor: PgExecutor;

  constructor(executor: PgExecutor) {
    this.#executor = executor;
  }

  async get(opId: string): Promise<OperationLogEntry | null> {
    // The id may be any text, and PostgreSQL would refuse one that is not a UUID.
    if (!UUID.test(opId)) return null;
    const [row] = await this.#executor.query(GET({ opId }));
    return row === undefined ? null : entryOf(row);
  }

  async listByGame(gameId: string, query: { readonly beforeOrd?: bigint; readonly limit: number }): Promise<OperationLogEntry[]> {
    const { beforeOrd: before = NEWEST, limit } = query;
    validatePageLimit('list operations', limit);
    return (await this.#executor.query(LIST_BY_GAME({ gameId, before, limit }))).map(entryOf);
  }
}

function entryOf(row: Row): OperationLogEntry {
  return {
    ord: bigInt(row, 'ord_text'),
    opId: text(row, 'op_id'),
    gameId: text(row, 'game_id'),
    op: oneOf(row, 'op', OPERATIONS),
    source: oneOf(row, 'source', OPERATION_SOURCES),
    sourceRef: text(row, 'source_ref'),
    status: oneOf(row, 'status', OPERATION_STATUSES),
    attempt: int(row, 'attempt'),
    failures: int(row, 'failures'),
    step: textOrNull(row, 'step'),
    errorCode: text(row, 'error_code'),
    errorMessage: text(row, 'error_message'),
    queuedAt: time(row, 'queued_at'),
    startedAt: timeOrNull(row, 'started_at'),
    finishedAt: timeOrNull(row, 'finished_at'),
  };
}
