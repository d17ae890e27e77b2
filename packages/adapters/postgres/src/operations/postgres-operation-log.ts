import {
  isRuntimeStatus,
  jobReason,
  jobRequestedAtMs,
  OPERATION_SOURCES,
  OPERATION_STATUSES,
  OPERATIONS,
  operationTraits,
} from '@galaxy/domain';
import type { OperationLog, OperationLogEntry } from '@galaxy/manager-ports';
import { validatePageLimit } from '@galaxy/ports';
import { sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { loadJob } from '../queue/stored-job.js';
import { operationLog } from '../schema/schema.js';
import { bigInt, int, jsonText, oneOf, type Row, text, textOrNull, time, timeOrNull } from '../sql/row.js';
import { statement } from '../sql/statement.js';

const t = operationLog;
const COLUMNS = sql`${t.ord}::text as ord_text, ${t.opId}::text, ${t.gameId}, ${t.op}, ${t.source}, ${t.sourceRef}, ${t.status},
  ${t.payload}::text, ${t.requestedBy}, ${t.requestedAtMs}::text, ${t.reason}, ${t.statusBefore}, ${t.attempt}, ${t.failures}, ${t.step},
  ${t.errorCode}, ${t.errorMessage}, ${t.resultContainerId}, ${t.resultEngineEndpoint}, ${t.queuedAt}, ${t.startedAt}, ${t.finishedAt}`;

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
  const op = oneOf(row, 'op', OPERATIONS);
  const source = oneOf(row, 'source', OPERATION_SOURCES);
  const before = row['status_before'];
  return {
    ord: bigInt(row, 'ord_text'),
    opId: text(row, 'op_id'),
    gameId: text(row, 'game_id'),
    op,
    class: operationTraits(op).class,
    source,
    sourceRef: text(row, 'source_ref'),
    ...requestOf(row),
    requestedBy: text(row, 'requested_by') === '' ? source : text(row, 'requested_by'),
    status: oneOf(row, 'status', OPERATION_STATUSES),
    statusBefore: isRuntimeStatus(before) ? before : null,
    attempt: int(row, 'attempt'),
    failures: int(row, 'failures'),
    step: textOrNull(row, 'step'),
    errorCode: text(row, 'error_code'),
    errorMessage: text(row, 'error_message'),
    result: resultOf(row),
    queuedAt: time(row, 'queued_at'),
    startedAt: timeOrNull(row, 'started_at'),
    finishedAt: timeOrNull(row, 'finished_at'),
  };
}

// Rows of the version before have what was asked for in their payload only.
function requestOf(row: Row): Pick<OperationLogEntry, 'job' | 'reason' | 'requestedAtMs'> {
  const stored = jsonText(row, 'payload');
  const job = loadJob(stored);
  const atMs = row['requested_at_ms'] === null ? null : bigInt(row, 'requested_at_ms');
  const reason = text(row, 'reason');
  if (job === null) return { job: { kind: 'unreadable', stored }, reason, requestedAtMs: atMs };
  return { job, reason: reason === '' ? jobReason(job) : reason, requestedAtMs: atMs ?? jobRequestedAtMs(job) };
}

function resultOf(row: Row): OperationLogEntry['result'] {
  const status = row['status'];
  if (status !== 'succeeded' && status !== 'failed') return null;
  const [containerId, engineEndpoint] = [text(row, 'result_container_id'), text(row, 'result_engine_endpoint')];
  return { outcome: status === 'succeeded' ? 'success' : 'failure', containerId, engineEndpoint };
}
