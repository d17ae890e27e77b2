import { jobOperation } from '@galaxy/domain';
import type { DeadLetterToSend, Intake, IntakeOutcome, JobToQueue } from '@galaxy/ports';
import { sql } from 'drizzle-orm';
import { storeDeadLetter } from './outbox-message.js';
import type { PgExecutor } from './pg-executor.js';
import { bool, int } from './row.js';
import { operationLog, runtimeLeases, runtimeOutbox, runtimeStreamCursors } from './schema.js';
import { assignments, bareList, insertSelect } from './sql-text.js';
import { statement } from './statement.js';
import { storeJob } from './stored-job.js';

const { stream, entryId, payloadHash } = operationLog;
const { kind, lane, number, dedupeKey } = runtimeOutbox;
const cursors = runtimeStreamCursors;

// The lease row comes first and is locked; everything else reads from it. Two calls under one lease run one after the
// other, so that the order of `ord` is the order of the jobs.
const TAKE_IN = statement(
  'take in',
  { name: 'text', holder: 'text', epoch: 'bigint', jobs: 'json', letters: 'json', cursors: 'json' },
  (p) => sql`
    with lease as (
      select 1 as held from ${runtimeLeases}
      where ${runtimeLeases.name} = ${p.name} and ${runtimeLeases.holder} = ${p.holder} and ${runtimeLeases.epoch} = ${p.epoch}
      for update
    ), queued as (
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
      })}
      from lease, rows from (json_to_recordset(${p.jobs}) as
        (op_id uuid, game_id text, op text, stream text, entry_id text, payload_hash text, valid boolean, payload text)) with ordinality
        as j(op_id, game_id, op, stream, entry_id, payload_hash, valid, payload, n)
      order by j.n
      on conflict (${bareList(stream, entryId, payloadHash)}) do nothing
      returning 1
    ), letters as (
      select l.lane, l.dedupe_key, l.payload, row_number() over (partition by l.lane order by l.n) as nth
      from lease, rows from (json_to_recordset(${p.letters}) as (lane text, dedupe_key text, payload text)) with ordinality
        as l(lane, dedupe_key, payload, n)
      where not exists (select from ${runtimeOutbox} where ${kind} = 'dead_letter' and ${dedupeKey} = l.dedupe_key)
    ), sent as (
      ${insertSelect(runtimeOutbox, {
        kind: sql`'dead_letter'`,
        lane: sql`l.lane`,
        number: sql`l.nth + coalesce((select max(${number}) from ${runtimeOutbox} where ${kind} = 'dead_letter' and ${lane} = l.lane), 0)`,
        dedupeKey: sql`l.dedupe_key`,
        payload: sql`l.payload::json`,
      })}
      from letters l order by l.lane, l.nth
      on conflict (${bareList(kind, dedupeKey)}) do nothing
    ), moved as (
      ${insertSelect(cursors, { stream: sql`c.stream`, cursor: sql`c.cursor`, entriesRead: sql`c.entries_read` })}
      from lease, json_to_recordset(${p.cursors}) as c(stream text, cursor text, entries_read bigint)
      on conflict (${bareList(cursors.stream)}) do update set ${assignments(cursors, {
        cursor: sql`excluded.cursor`,
        entriesRead: sql`${cursors.entriesRead} + excluded.entries_read`,
      })}
    )
    select exists(select from lease) as held, (select count(*)::int from queued) as queued`,
);

/** {@link OperationJournal.takeIn} */
export async function takeIn(executor: PgExecutor, intake: Intake): Promise<IntakeOutcome> {
  const { lease, jobs, deadLetters, entriesRead } = intake;
  const { name, holder, epoch } = lease;
  const [row = {}] = await executor.query(
    TAKE_IN({
      name,
      holder,
      epoch,
      jobs: jobs.map(jobRow),
      letters: [...new Map(deadLetters.map((letter) => [letterKey(letter), letterRow(letter)])).values()],
      cursors: Object.entries(intake.cursors).map(([stream, cursor]) => ({
        stream,
        cursor,
        entries_read: entriesRead[stream as keyof typeof entriesRead],
      })),
    }),
  );
  return bool(row, 'held') ? { kind: 'taken_in', queued: int(row, 'queued') } : { kind: 'lost' };
}

function jobRow({ opId, stream, entryId, payloadHash, job }: JobToQueue): Record<string, unknown> {
  return {
    op_id: opId,
    game_id: job.gameId,
    op: jobOperation(job),
    stream,
    entry_id: entryId,
    payload_hash: payloadHash,
    valid: job.kind !== 'invalid',
    payload: JSON.stringify(storeJob(job)),
  };
}

const letterKey = ({ stream, entryId, payloadHash }: DeadLetterToSend) => `${stream}:${entryId}:${payloadHash}`;

function letterRow(letter: DeadLetterToSend): Record<string, unknown> {
  return { lane: letter.stream, dedupe_key: letterKey(letter), payload: JSON.stringify(storeDeadLetter(letter.letter)) };
}
