import { OPERATION_STATUSES } from '@galaxy/domain';
import { type EnqueueOutcome, type OperationQueue, type OperationRequest, validateOperationRequest } from '@galaxy/manager-ports';
import { sql } from 'drizzle-orm';
import { Coalescer } from '../client/coalescer.js';
import type { PgExecutor } from '../client/pg-executor.js';
import { onHold } from '../coordination/postgres-holds.js';
import { operationLog } from '../schema/schema.js';
import { bool, oneOf, type Row, text } from '../sql/row.js';
import { bareList } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';
import { door, makeDoor } from './door.js';
import { addOperations, operationRow, operationRows } from './operation-row.js';
import { QUEUED_CHANNEL } from './postgres-operation-hints.js';
import { requestHash } from './request-hash.js';

const { opId, source, sourceRef, status, requestHash: hash } = operationLog;

/**
 * Queues requests whose name is new, and wakes all processes. Requests whose name is known don't wait for the door. A row per request: the
 * operation of its name, with `queued` when it is this one. A request has no operation when a hold stops it, when the row of
 * the door is missing, and when an operation of that name became visible only after this statement had begun.
 */
const ENQUEUE = statement(
  'enqueue',
  { requests: 'json' },
  (p) => sql`
    with known as (
      select a.n, ${opId}, ${status}, ${hash} from ${operationRows(p.requests)}
      join ${operationLog} on ${source} = a.source and ${sourceRef} = a.source_ref and ${hash} is not null
    ), ${door(sql`(select count(*) from known) < json_array_length(${p.requests})`)}, open as (
      select 1 from door where not ${onHold}
    ), queued as (
      ${addOperations({ rows: p.requests, behind: sql`open`, onlyIf: sql`a.n not in (select n from known)` })}
      on conflict (${bareList(source, sourceRef)}) where ${hash} is not null do nothing
      returning ${opId}
    ), told as (
      select pg_notify(${sql.raw(`'${QUEUED_CHANNEL}'`)}, '') where exists (select from queued)
    )
    select coalesce(known.op_id, queued.op_id)::text as op_id, coalesce(known.status, 'queued') as status, known.request_hash as hash,
      queued.op_id is not null as queued, ${onHold} as held, exists (select from door) as door, (select count(*) from told) as told
    from ${operationRows(p.requests)} left join known on known.n = a.n left join queued on queued.op_id = a.op_id
    order by a.n`,
);

/** The queue of requests in the table `runtime_operation_log`. Requests that come while others are being written share a statement. */
export class PostgresOperationQueue implements OperationQueue {
  readonly #executor: PgExecutor;
  readonly #requests: Coalescer<OperationRequest, EnqueueOutcome>;

  constructor(executor: PgExecutor) {
    this.#executor = executor;
    const options = { key: (asked: OperationRequest) => `${asked.source} ${asked.sourceRef}`, maxItems: 100, maxBatches: 1 };
    this.#requests = new Coalescer((requests) => this.#enqueue(requests), options);
  }

  async enqueue(request: OperationRequest): Promise<EnqueueOutcome> {
    validateOperationRequest(request);
    return this.#requests.add(request);
  }

  async #enqueue(requests: readonly OperationRequest[]): Promise<EnqueueOutcome[]> {
    const outcomes = new Map<OperationRequest, EnqueueOutcome>();
    for (let left = requests; left.length > 0; left = requests.filter((request) => !outcomes.has(request))) {
      const asked = left.map((request) => ({ ...operationRow(request), request_hash: requestHash(request.job) }));
      const rows = await this.#executor.query(ENQUEUE({ requests: asked }));
      for (const [at, request] of left.entries()) {
        const outcome = outcomeOf(rows[at] ?? {}, asked[at]?.request_hash ?? '');
        if (outcome !== null) outcomes.set(request, outcome);
      }
      if (outcomes.size < requests.length && rows.some((row) => !bool(row, 'door'))) await makeDoor(this.#executor);
    }
    return requests.flatMap((request) => outcomes.get(request) ?? []);
  }
}

// Null: ask again.
function outcomeOf(row: Row, asked: string): EnqueueOutcome | null {
  if (bool(row, 'queued')) return { kind: 'queued', opId: text(row, 'op_id') };
  if (row['hash'] === null) return bool(row, 'held') ? { kind: 'on_hold' } : null;
  if (row['hash'] !== asked) return { kind: 'key_reused' };
  return { kind: 'existing', opId: text(row, 'op_id'), status: oneOf(row, 'status', OPERATION_STATUSES) };
}
