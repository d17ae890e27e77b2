import type { DeadLetter, JobResult, OutboxEntry } from '@galaxy/ports';
import { bigInt, jsonText, type Row, text } from './row.js';

/** A dead letter as its JSON column holds it. */
type StoredDeadLetter = Omit<DeadLetter, 'failedAtMs'> & { readonly failedAtMs: string };

/** Turns a dead letter into what its column holds: JSON has no 64-bit integers. */
export function storeDeadLetter(letter: DeadLetter): StoredDeadLetter {
  return { ...letter, failedAtMs: letter.failedAtMs.toString() };
}

/** The entry in a row with `id`, `kind`, `lane`, `number` and `payload`. */
export function outboxEntryOf(row: Row): OutboxEntry {
  const id = bigInt(row, 'id');
  const number = bigInt(row, 'number');
  if (text(row, 'kind') === 'job_result') {
    return { kind: 'job_result', id, message: { number, result: jsonText(row, 'payload') as JobResult } };
  }
  const { failedAtMs, ...letter } = jsonText(row, 'payload') as StoredDeadLetter;
  return { kind: 'dead_letter', id, message: { lane: text(row, 'lane'), number, letter: { ...letter, failedAtMs: BigInt(failedAtMs) } } };
}
