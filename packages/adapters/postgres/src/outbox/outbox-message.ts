import type { DeadLetter } from '@galaxy/domain';
import type { NumberedDeadLetter, OutboxEntry } from '@galaxy/manager-ports';
import type { JobResult } from '@galaxy/ports';
import { bigInt, jsonText, type Row, text } from '../sql/row.js';

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
