import type { ClaimKey, FinishOutcome, OperationOutcome, OutboxEntry } from '@galaxy/manager-ports';
import type { JobResult } from '@galaxy/ports';
import { type SQL, sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { lastNumber, retryTakenNumbers } from '../outbox/lane-numbers.js';
import { outboxColumns, outboxEntryOf, presentEpoch, storeDeadLetter } from '../outbox/outbox-message.js';
import { operationLog, runtimeOutbox } from '../schema/schema.js';
import { bigInt, type Row, text } from '../sql/row.js';
import { assignments, bareList, insertSelect } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';
import { fenced, fencedJson } from './fenced.js';
import { freeLanes, hasFreeLanes } from './free-rows.js';

const { opId, gameId, source, attempt, status } = operationLog;
const { kind, number, dedupeKey, id } = runtimeOutbox;

const nextNumber = (of: SQL) => sql`1 + ${lastNumber(of, sql`m.game_id`)}`;

/**
 * Results need no lock for their numbers: only one operation of a game runs at a time, and the next one is claimed only after this
 * statement has ended.
 */
const FINISH = statement(
  'finish',
  { asked: 'json' },
  (p) => sql`
    with ${freeLanes(p.asked)}, ${fenced(
      p.asked,
      sql`status text, error_code text, error_message text, container_id text, engine_endpoint text, result text, dead_letter text`,
      sql`${gameId}, ${source}`,
      sql`false`,
      hasFreeLanes,
    )}, published as (
      ${insertSelect(runtimeOutbox, {
        kind: sql`'job_result'`,
        lane: sql`m.game_id`,
        number: nextNumber(sql`'job_result'`),
        dedupeKey: sql`m.op_id::text`,
        payload: sql`m.result::json`,
      })} from passed m where m.source = 'lobby'
      returning ${dedupeKey}, ${id}, ${number}
    ), dead_lettered as (
      ${insertSelect(runtimeOutbox, {
        kind: sql`'dead_letter'`,
        lane: sql`m.game_id`,
        number: nextNumber(sql`'dead_letter'`),
        dedupeKey: sql`m.op_id::text`,
        payload: sql`m.dead_letter::json`,
      })} from passed m where m.dead_letter is not null
      on conflict (${bareList(kind, dedupeKey)}) do nothing
    ), ended as (
      update ${operationLog} set ${assignments(operationLog, {
        status: sql`m.status`,
        holder: sql`null`,
        claimExpiresAt: sql`null`,
        raw: sql`null`,
        errorCode: sql`m.error_code`,
        errorMessage: sql`m.error_message`,
        resultContainerId: sql`m.container_id`,
        resultEngineEndpoint: sql`m.engine_endpoint`,
        finishedAt: sql`clock_timestamp()`,
      })}
      from passed m where ${opId} = m.op_id
      returning ${opId}
    )
    select op_id::text, 'ended' as what, null as id, null as number, null as epoch from ended
    union all select dedupe_key, 'published', id::text, number::text, ${presentEpoch} from published
    union all select op_id::text, 'stale', null, null, null from mine where op_id not in (select op_id from ended)`,
);

/** What became of a claim without a finish: no row when it is lost, otherwise the status and the result that is to be published. */
const LOOK = statement(
  'inspect a finish',
  { opId: 'uuid', attempt: 'int' },
  (p) => sql`
    select ${status} as op_status, ${outboxColumns}
    from ${operationLog} left join ${runtimeOutbox} on ${kind} = 'job_result' and ${dedupeKey} = ${opId}::text
    where ${opId} = ${p.opId} and ${attempt} = ${p.attempt} and (${status} <> 'running' or ${operationLog.holder} is not null)`,
);

export interface Ending {
  readonly claim: ClaimKey;
  readonly outcome: OperationOutcome;
}

/** `held_row`: nothing was changed, because somebody else holds a row of the game. */
export type EndingOutcome = FinishOutcome | { readonly kind: 'held_row' };

/** {@link OperationJournal.finish} for several different operations in one statement. Returns the outcomes in the order given. */
export async function finish(executor: PgExecutor, endings: readonly Ending[]): Promise<EndingOutcome[]> {
  const rows = await retryTakenNumbers(executor, FINISH({ asked: endings.map(endingJson) }));
  const found = (kind: 'ended' | 'published' | 'stale') =>
    new Map(rows.filter(({ what }) => what === kind).map((row) => [text(row, 'op_id'), row]));
  const [ended, published, stale] = [found('ended'), found('published'), found('stale')];
  return Promise.all(
    endings.map(async ({ claim, outcome }) => {
      if (ended.has(claim.opId)) return { kind: 'applied', publish: entryOf(published.get(claim.opId), outcome.result) };
      return stale.has(claim.opId) ? { kind: 'stale' } : look(executor, claim);
    }),
  );
}

function endingJson({ claim, outcome }: Ending): Record<string, unknown> {
  const { record, result, errorCode, deadLetter } = outcome;
  return {
    ...fencedJson(claim, record),
    status: result.outcome === 'success' ? 'succeeded' : 'failed',
    error_code: errorCode,
    error_message: result.errorMessage,
    container_id: result.containerId,
    engine_endpoint: result.engineEndpoint,
    result: JSON.stringify(result),
    dead_letter: deadLetter === null ? null : JSON.stringify(storeDeadLetter(deadLetter)),
  };
}

function entryOf(row: Row | undefined, result: JobResult): OutboxEntry | null {
  if (row === undefined) return null;
  return { kind: 'job_result', id: bigInt(row, 'id'), epoch: bigInt(row, 'epoch'), message: { number: bigInt(row, 'number'), result } };
}

// Called when the statement left the operation out. An attempt belongs to one caller only, so if the operation has ended under this attempt,
// an earlier call of this caller ended it.
async function look(executor: PgExecutor, claim: ClaimKey): Promise<EndingOutcome> {
  const [row] = await executor.query(LOOK({ opId: claim.opId, attempt: claim.attempt }));
  if (row === undefined) return { kind: 'lost' };
  if (text(row, 'op_status') === 'running') return { kind: 'held_row' };
  return { kind: 'already_mine', publish: row['id'] === null ? null : outboxEntryOf(row) };
}
