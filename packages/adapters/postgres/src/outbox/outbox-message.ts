import type { DeadLetter } from '@galaxy/domain';
import {
  type NamedOutcome,
  type NumberedDeadLetter,
  OUTBOX_KINDS,
  type OutboxEntry,
  type OutboxKind,
  type OutboxMessages,
} from '@galaxy/manager-ports';
import type { JobResult } from '@galaxy/ports';
import { type SQL, sql } from 'drizzle-orm';
import { runtimeOutbox, runtimePublishing } from '../schema/schema.js';
import { bigInt, jsonText, oneOf, type Row, text } from '../sql/row.js';

const { id, kind, lane, number, payload } = runtimeOutbox;

/** The kinds of messages that this version knows, as a table `k` with the column `kind`. A newer version may have others. */
export const kindsTable: SQL = sql.raw(`(values ${OUTBOX_KINDS.map((kind) => `('${kind}')`).join(', ')}) as k(kind)`);

/** True for a row of one of those kinds; `kinds` is a json parameter, an array of their names. */
export function isOf(kinds: SQL): SQL {
  return sql`${kind} = any (array(select json_array_elements_text(${kinds})))`;
}

/** The present publish epoch, as text: 0 until the first was raised. */
export const presentEpoch: SQL = sql`coalesce((select ${runtimePublishing.epoch} from ${runtimePublishing}), 0)::text`;

/** The columns that {@link outboxEntryOf} reads. */
export const outboxColumns: SQL = sql`${id}::text as id, ${kind} as kind, ${lane} as lane, ${number}::text as number,
  ${payload}::text as payload, ${presentEpoch} as epoch`;

/** A dead letter as its JSON column holds it. */
type StoredDeadLetter = Omit<DeadLetter, 'failedAtMs'> & { readonly failedAtMs: string };

/** The value for a dead letter's JSON column. 64-bit integers become text, because JSON numbers can't hold them. */
export function storeDeadLetter(letter: DeadLetter): StoredDeadLetter {
  return { ...letter, failedAtMs: letter.failedAtMs.toString() };
}

/** Reads the dead letter from a row with the columns `lane`, `number` and `payload`. */
export function numberedDeadLetterOf(row: Row): NumberedDeadLetter {
  const { failedAtMs, ...letter } = jsonText(row, 'payload') as StoredDeadLetter;
  return { lane: text(row, 'lane'), number: bigInt(row, 'number'), letter: { ...letter, failedAtMs: BigInt(failedAtMs) } };
}

/** A named outcome as its JSON column holds it: the number is text, and known only to the statement that takes it. */
interface StoredOutcome {
  readonly outcome: Omit<NamedOutcome, 'number'>;
  readonly number: string | null;
}

// How the message of each kind is read from a row with the columns `lane`, `number` and `payload`.
const READ: { readonly [K in OutboxKind]: (row: Row) => OutboxMessages[K] } = {
  job_result: (row) => ({ number: bigInt(row, 'number'), result: jsonText(row, 'payload') as JobResult }),
  dead_letter: numberedDeadLetterOf,
  job_outcome: (row) => {
    const { outcome, number } = jsonText(row, 'payload') as StoredOutcome;
    return { number: bigInt(row, 'number'), outcome: { ...outcome, number: number === null ? null : BigInt(number) } };
  },
};

/** Reads the entry from a row with the columns `id`, `kind`, `lane`, `number`, `payload` and `epoch`. */
export function outboxEntryOf(row: Row): OutboxEntry {
  const kind = oneOf(row, 'kind', OUTBOX_KINDS);
  return { kind, message: READ[kind](row), id: bigInt(row, 'id'), epoch: bigInt(row, 'epoch') } as OutboxEntry;
}
