import { jobOperation, jobReason, jobRequestedAtMs, type OperationSource, operationTraits, type RuntimeJob } from '@galaxy/domain';
import { type SQL, sql } from 'drizzle-orm';
import { operationLog } from '../schema/schema.js';
import { insertSelect } from '../sql/sql-text.js';
import { storeJob } from './stored-job.js';

/** What every operation has when it is queued. */
interface NewOperation {
  readonly opId: string;
  readonly source: OperationSource;
  readonly sourceRef: string;
  readonly job: RuntimeJob;
  readonly requestedBy: string;
}

/** One row for {@link addOperations}. The caller adds what only its operations have: `stream`, `request_hash` and so on. */
export function operationRow({ opId, source, sourceRef, job, requestedBy }: NewOperation): Record<string, unknown> {
  const op = jobOperation(job);
  return {
    op_id: opId,
    game_id: job.gameId,
    op,
    class: operationTraits(op).class,
    source,
    source_ref: sourceRef,
    valid: job.kind !== 'invalid',
    payload: JSON.stringify(storeJob(job)),
    requested_by: requestedBy,
    requested_at_ms: jobRequestedAtMs(job)?.toString(),
    reason: jobReason(job),
  };
}

const DEFINITION = sql.raw(`op_id uuid, game_id text, op text, class text, source text, source_ref text, valid boolean, payload text,
        requested_by text, requested_at_ms bigint, reason text, stream text, entry_id text, payload_hash text, raw text, request_hash text`);

/** The rows of a json parameter as a table `a`, with their position `n`. */
export function operationRows(rows: SQL): SQL {
  return sql`rows from (json_to_recordset(${rows}) as (${DEFINITION})) with ordinality
        as a(op_id, game_id, op, class, source, source_ref, valid, payload,
        requested_by, requested_at_ms, reason, stream, entry_id, payload_hash, raw, request_hash, n)`;
}

/** Where queued operations come from, and what they wait for. */
interface Adding {
  /** A json parameter: an array of {@link operationRow}. */
  readonly rows: SQL;
  /** The CTE without which nothing is queued. It must read from the door. */
  readonly behind: SQL;
  /** A condition on each row `a`. */
  readonly onlyIf?: SQL;
}

/** The INSERT that queues operations in the order of `rows`. Write ON CONFLICT and RETURNING behind it. */
export function addOperations({ rows, behind, onlyIf = sql`true` }: Adding): SQL {
  return sql`${insertSelect(operationLog, {
    opId: sql`a.op_id`,
    gameId: sql`a.game_id`,
    op: sql`a.op`,
    class: sql`a.class`,
    source: sql`a.source`,
    sourceRef: sql`a.source_ref`,
    status: sql`'queued'`,
    stream: sql`a.stream`,
    entryId: sql`a.entry_id`,
    payloadHash: sql`a.payload_hash`,
    valid: sql`a.valid`,
    payload: sql`a.payload::json`,
    requestHash: sql`a.request_hash`,
    requestedBy: sql`a.requested_by`,
    requestedAtMs: sql`a.requested_at_ms`,
    reason: sql`a.reason`,
    raw: sql`a.raw`,
  })}
      from ${behind}, ${operationRows(rows)}
      where ${onlyIf}
      order by a.n`;
}
