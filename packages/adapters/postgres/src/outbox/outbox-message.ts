import type { DeadLetter } from '@galaxy/domain';
import { type NumberedDeadLetter, OUTBOX_KINDS, type OutboxEntry } from '@galaxy/manager-ports';
import type { JobResult } from '@galaxy/ports';
import { type SQL, sql } from 'drizzle-orm';
import { runtimeOutbox, runtimePublishing } from '../schema/schema.js';
import { bigInt, jsonText, type Row, text } from '../sql/row.js';

const { id, kind, lane, number, payload } = runtimeOutbox;

/** The kinds of messages that this version knows, as a table `k` with the column `kind`. A newer version may have others. */
export const kindsTable: SQL = sql.raw(`(values ${OUTBOX_KINDS.map((kind) => `('${kind}')`).join(', ')}) as k(kind)`);

/** True for a row of a kind that this version knows. */
export const isKnownKind: SQL = sql`${kind} in (${sql.raw(OUTBOX_KINDS.map((kind) => `'${kind}'`).join(', '))})`;

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

/** Reads the entry from a row with the columns `id`, `kind`, `lane`, `number`, `payload` and `epoch`. */
export function outboxEntryOf(row: Row): OutboxEntry {
  const own = { id: bigInt(row, 'id'), epoch: bigInt(row, 'epoch') };
  if (text(row, 'kind') === 'dead_letter') return { ...own, kind: 'dead_letter', message: numberedDeadLetterOf(row) };
  const message = { number: bigInt(row, 'number'), result: jsonText(row, 'payload') as JobResult };
  return { ...own, kind: 'job_result', message };
}
