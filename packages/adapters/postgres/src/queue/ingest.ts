import type { DeadLetterToSend, Intake, IntakeOutcome, JobToQueue } from '@galaxy/manager-ports';
import { sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { onHold } from '../coordination/postgres-holds.js';
import { LEASE, leaseValues } from '../coordination/under-lease.js';
import { addMessages, retryAddedMeanwhile } from '../outbox/add-messages.js';
import { storeDeadLetter } from '../outbox/outbox-message.js';
import { operationLog, runtimeOutbox, runtimeStreamCursors } from '../schema/schema.js';
import { entryNumbers } from '../sql/entry-numbers.js';
import { bool, int } from '../sql/row.js';
import { assignments, bareList, insertSelect } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';
import { doorOfHolder } from './door.js';
import { addOperations, operationRow } from './operation-row.js';
import { isNotPruned, prunedMarks } from './pruned-entries.js';

const { stream, entryId, payloadHash } = operationLog;
const { kind, dedupeKey } = runtimeOutbox;
const cursors = runtimeStreamCursors;

// ON CONFLICT alone would wait for an earlier row that somebody else is changing. Not an EXISTS: the planner could hash the whole log.
const isNew = sql`(select 1 from ${operationLog} where ${stream} = a.stream and ${entryId} = a.entry_id and ${payloadHash} = a.payload_hash) is null`;

/**
 * Queues jobs, numbers dead letters and moves the cursors of the streams, while the lease is held and no hold stops it.
 * Two calls under one lease run one after the other, so that the order of `ord` is the order of the jobs. An intake that
 * is repeated, or carried out late, moves no cursor, so its entries are counted once. Nothing is queued of an entry whose operation may
 * have been deleted from the log.
 */
const INGEST = statement(
  'ingest',
  { ...LEASE, jobs: 'json', deadLetters: 'json', cursors: 'json' },
  (p) => sql`
    with ${doorOfHolder(p)}, open as (
      select 1 from door where not ${onHold}
    ), ${prunedMarks(sql`open`)}, queued as (
      ${addOperations({ rows: p.jobs, behind: sql`open`, onlyIf: sql`${isNew} and ${isNotPruned('a')}` })}
      on conflict (${bareList(stream, entryId, payloadHash)}) do nothing
      returning 1
    ), messages as (
      select 'dead_letter' as kind, l.lane, l.dedupe_key, l.payload::json as payload, l.n
      from open, rows from (json_to_recordset(${p.deadLetters}) as (lane text, dedupe_key text, payload text)) with ordinality
        as l(lane, dedupe_key, payload, n)
      where not exists (select from ${runtimeOutbox} where ${kind} = 'dead_letter' and ${dedupeKey} = l.dedupe_key)
    ), ${addMessages()}, moved as (
      ${insertSelect(cursors, { stream: sql`c.stream`, cursor: sql`c.cursor` })}
      from open, json_to_recordset(${p.cursors}) as c(stream text, cursor text)
      on conflict (${bareList(cursors.stream)}) do update set ${assignments(cursors, {
        cursor: sql`excluded.cursor`,
        entriesRead: sql`${cursors.entriesRead} +
          (select c.read from json_to_recordset(${p.cursors}) as c(stream text, read bigint) where c.stream = excluded.stream)`,
      })}
      where ${entryNumbers(cursors.cursor.getSQL())} < ${entryNumbers(sql`excluded.cursor`)}
    )
    select exists(select from door) as held, exists(select from open) as open, (select count(*)::int from queued) as queued`,
);

/** {@link OperationJournal.ingest} */
export async function ingest(executor: PgExecutor, intake: Intake): Promise<IntakeOutcome> {
  const { lease, jobs, deadLetters, entriesRead } = intake;
  const [row = {}] = await retryAddedMeanwhile(
    executor,
    INGEST({
      ...leaseValues(lease),
      jobs: jobs.map(jobRow),
      deadLetters: [...new Map(deadLetters.map((letter) => [letterKey(letter), letterRow(letter)])).values()],
      cursors: Object.entries(intake.cursors).map(([stream, cursor]) => ({
        stream,
        cursor,
        read: entriesRead[stream as keyof typeof entriesRead],
      })),
    }),
  );
  if (bool(row, 'open')) return { kind: 'ingested', queued: int(row, 'queued') };
  return { kind: bool(row, 'held') ? 'on_hold' : 'lost' };
}

function jobRow({ opId, stream, entryId, payloadHash, job, raw }: JobToQueue): Record<string, unknown> {
  const row = operationRow({ opId, source: 'lobby', sourceRef: entryId, job, requestedBy: 'lobby' });
  return { ...row, stream, entry_id: entryId, payload_hash: payloadHash, raw };
}

const letterKey = ({ stream, entryId, payloadHash }: DeadLetterToSend) => `${stream}:${entryId}:${payloadHash}`;

function letterRow(letter: DeadLetterToSend): Record<string, unknown> {
  return { lane: letter.stream, dedupe_key: letterKey(letter), payload: JSON.stringify(storeDeadLetter(letter.letter)) };
}
