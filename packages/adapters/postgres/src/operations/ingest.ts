import { jobOperation } from '@galaxy/domain';
import type { DeadLetterToSend, Intake, IntakeOutcome, JobToQueue } from '@galaxy/manager-ports';
import { sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { onHold } from '../coordination/postgres-holds.js';
import { LEASE, leaseValues, underLease } from '../coordination/under-lease.js';
import { lastNumber, retryTakenNumbers } from '../outbox/lane-numbers.js';
import { storeDeadLetter } from '../outbox/outbox-message.js';
import { operationLog, runtimeOutbox, runtimeStreamCursors } from '../schema/schema.js';
import { entryNumbers } from '../sql/entry-numbers.js';
import { bool, int } from '../sql/row.js';
import { assignments, bareList, insertSelect } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';
import { isNotPruned, prunedMarks } from './pruned-entries.js';
import { storeJob } from './stored-job.js';

const { stream, entryId, payloadHash } = operationLog;
const { kind, dedupeKey } = runtimeOutbox;
const cursors = runtimeStreamCursors;

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
    with ${underLease(p)}, open as (
      select 1 from lease where not ${onHold}
    ), ${prunedMarks(sql`open`)}, queued as (
      ${insertSelect(operationLog, {
        opId: sql`j.op_id`,
        gameId: sql`j.game_id`,
        op: sql`j.op`,
        source: sql`'lobby'`,
        sourceRef: sql`j.entry_id`,
        status: sql`'queued'`,
        stream: sql`j.stream`,
        entryId: sql`j.entry_id`,
        payloadHash: sql`j.payload_hash`,
        valid: sql`j.valid`,
        payload: sql`j.payload::json`,
        raw: sql`j.raw`,
      })}
      from open, rows from (json_to_recordset(${p.jobs}) as
        (op_id uuid, game_id text, op text, stream text, entry_id text, payload_hash text, valid boolean, payload text, raw text)) with ordinality
        as j(op_id, game_id, op, stream, entry_id, payload_hash, valid, payload, raw, n)
      where ${isNotPruned('j')}
      order by j.n
      on conflict (${bareList(stream, entryId, payloadHash)}) do nothing
      returning 1
    ), dead_letters as (
      select l.lane, l.dedupe_key, l.payload, row_number() over (partition by l.lane order by l.n) as nth
      from open, rows from (json_to_recordset(${p.deadLetters}) as (lane text, dedupe_key text, payload text)) with ordinality
        as l(lane, dedupe_key, payload, n)
      where not exists (select from ${runtimeOutbox} where ${kind} = 'dead_letter' and ${dedupeKey} = l.dedupe_key)
    ), dead_lettered as (
      ${insertSelect(runtimeOutbox, {
        kind: sql`'dead_letter'`,
        lane: sql`l.lane`,
        number: sql`l.nth + ${lastNumber(sql`'dead_letter'`, sql`l.lane`)}`,
        dedupeKey: sql`l.dedupe_key`,
        payload: sql`l.payload::json`,
      })}
      from dead_letters l order by l.lane, l.nth
      on conflict (${bareList(kind, dedupeKey)}) do nothing
    ), moved as (
      ${insertSelect(cursors, { stream: sql`c.stream`, cursor: sql`c.cursor` })}
      from open, json_to_recordset(${p.cursors}) as c(stream text, cursor text)
      on conflict (${bareList(cursors.stream)}) do update set ${assignments(cursors, {
        cursor: sql`excluded.cursor`,
        entriesRead: sql`${cursors.entriesRead} +
          (select c.read from json_to_recordset(${p.cursors}) as c(stream text, read bigint) where c.stream = excluded.stream)`,
      })}
      where ${entryNumbers(cursors.cursor.getSQL())} < ${entryNumbers(sql`excluded.cursor`)}
    )
    select exists(select from lease) as held, exists(select from open) as open, (select count(*)::int from queued) as queued`,
);

/** {@link OperationJournal.ingest} */
export async function ingest(executor: PgExecutor, intake: Intake): Promise<IntakeOutcome> {
  const { lease, jobs, deadLetters, entriesRead } = intake;
  const [row = {}] = await retryTakenNumbers(
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
  return {
    op_id: opId,
    game_id: job.gameId,
    op: jobOperation(job),
    stream,
    entry_id: entryId,
    payload_hash: payloadHash,
    valid: job.kind !== 'invalid',
    payload: JSON.stringify(storeJob(job)),
    raw,
  };
}

const letterKey = ({ stream, entryId, payloadHash }: DeadLetterToSend) => `${stream}:${entryId}:${payloadHash}`;

function letterRow(letter: DeadLetterToSend): Record<string, unknown> {
  return { lane: letter.stream, dedupe_key: letterKey(letter), payload: JSON.stringify(storeDeadLetter(letter.letter)) };
}
