import type { JobStreamName } from '@galaxy/domain';
import { type ClaimKey, type FinishOutcome, type OperationOutcome, OUTBOX_KINDS } from '@galaxy/manager-ports';
import { sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { addMessages } from '../outbox/add-messages.js';
import { outboxColumns, outboxEntryOf, presentEpoch, storeDeadLetter } from '../outbox/outbox-message.js';
import { operationLog, runtimeOutbox } from '../schema/schema.js';
import { bigInt, type Row, text } from '../sql/row.js';
import { assignments } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';
import { fenced, fencedJson } from './fenced.js';
import { freeLanes, hasFreeLanes } from './free-rows.js';

const { opId, gameId, source, sourceRef, stream, attempt, status } = operationLog;
const { kind, dedupeKey } = runtimeOutbox;
const KINDS = OUTBOX_KINDS.map((one) => `'${one}'`).join(', ');

// At most one operation of a game ends in a statement, so a result of the game is the result of the same operation.
const withResultNumber = sql`case m.kind when 'job_outcome' then json_build_object('outcome', m.payload,
  'number', (select result.last_number::text from lanes result where result.kind = 'job_result' and result.lane = m.lane)) else m.payload end`;

/** Ends operations, and adds their messages to the outbox: named outcomes only when the keys of the job streams are given. */
const FINISH = statement(
  'finish',
  { asked: 'json', outcomesOf: 'json' },
  (p) => sql`
    with ${freeLanes(p.asked)}, ${fenced(
      p.asked,
      sql`status text, error_code text, error_message text, container_id text, engine_endpoint text, result text, dead_letter text`,
      sql`${gameId}, ${source}, ${sourceRef}, ${stream}`,
      sql`false`,
      hasFreeLanes,
    )}, messages as (
      select 'job_result' as kind, m.game_id as lane, m.op_id::text as dedupe_key, m.result::json as payload, 1 as n
      from passed m where m.source = 'lobby'
      union all
      select 'dead_letter', m.game_id, m.op_id::text, m.dead_letter::json, 3
      from passed m where m.dead_letter is not null
        and not exists (select from ${runtimeOutbox} where ${kind} = 'dead_letter' and ${dedupeKey} = m.op_id::text)
      union all
      select 'job_outcome', m.game_id, m.op_id::text, json_build_object('result', m.result::json,
        'jobStream', coalesce(${p.outcomesOf} ->> m.stream, ''), 'jobEntryId', m.source_ref, 'opId', m.op_id::text), 2
      from passed m where ${p.outcomesOf} is not null and m.source in ('lobby', 'admin')
    ), ${addMessages(withResultNumber)}, ended as (
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
    select op_id::text, 'ended' as what, null as id, null as kind, null as lane, null as number, null as payload, null as epoch from ended
    union all select dedupe_key, 'added', id::text, kind, lane, number::text, payload::text, ${presentEpoch} from added
    union all select op_id::text, 'stale', null, null, null, null, null, null from mine where op_id not in (select op_id from ended)`,
);

/** What became of a claim without a finish: no row when it is lost, otherwise the status and the messages that it has added. */
const LOOK = statement(
  'inspect a finish',
  { opId: 'uuid', attempt: 'int' },
  (p) => sql`
    select ${status} as op_status, ${outboxColumns}
    from ${operationLog} left join ${runtimeOutbox} on ${kind} in (${sql.raw(KINDS)}) and ${dedupeKey} = ${opId}::text
    where ${opId} = ${p.opId} and ${attempt} = ${p.attempt} and (${status} <> 'running' or ${operationLog.holder} is not null)
    order by ${runtimeOutbox.id}`,
);

/** The key of each job stream, for the named outcomes of jobs; null when no outcomes are published. */
export type OutcomesOf = Readonly<Record<JobStreamName, string>> | null;

export interface Ending {
  readonly claim: ClaimKey;
  readonly outcome: OperationOutcome;
}

/** `held_row`: nothing was changed, because somebody else holds a row of the game. */
export type EndingOutcome = FinishOutcome | { readonly kind: 'held_row' };

/** {@link OperationJournal.finish} for several different operations in one statement. Returns the outcomes in the order given. */
export async function finish(executor: PgExecutor, endings: readonly Ending[], outcomesOf: OutcomesOf): Promise<EndingOutcome[]> {
  const rows = await executor.query(FINISH({ asked: endings.map(endingJson), outcomesOf }));
  const found = (kind: 'ended' | 'stale') => new Set(rows.flatMap((row) => (row['what'] === kind ? [text(row, 'op_id')] : [])));
  const [ended, stale] = [found('ended'), found('stale')];
  const added = rows.filter(({ what }) => what === 'added').sort(byId);
  return Promise.all(
    endings.map(async ({ claim }) => {
      if (ended.has(claim.opId))
        return { kind: 'applied', publish: added.filter((row) => text(row, 'op_id') === claim.opId).map(outboxEntryOf) };
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

const byId = (a: Row, b: Row): number => (bigInt(a, 'id') < bigInt(b, 'id') ? -1 : 1);

// Called when the statement left the operation out. An attempt belongs to one caller only, so if the operation has ended under this attempt,
// an earlier call of this caller ended it.
async function look(executor: PgExecutor, claim: ClaimKey): Promise<EndingOutcome> {
  const rows = await executor.query(LOOK({ opId: claim.opId, attempt: claim.attempt }));
  const [row] = rows;
  if (row === undefined) return { kind: 'lost' };
  if (text(row, 'op_status') === 'running') return { kind: 'held_row' };
  return { kind: 'already_mine', publish: row['id'] === null ? [] : rows.map(outboxEntryOf) };
}
