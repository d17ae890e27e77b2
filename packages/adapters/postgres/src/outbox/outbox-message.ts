import type { DeadLetter } from '@galaxy/domain';
import type { NumberedDeadLetter, OutboxEntry } from '@galaxy/manager-ports';
import type { JobResult } from '@galaxy/ports';
import { bigInt, jsonText, type Row, text } from '../sql/row.js';

/** A dead letter as its JSON column holds it. */
type StoredDeadLetter = Omit<DeadLetter, 'failedAtMs'> & { readonly failedAtMs: string };

/** Turns a dead letter into what its column holds: JSON has no 64-bit integers. */
export function storeDeadLetter(letter: DeadLetter): StoredDeadLetter {
  return { ...letter, failedAtMs: letter.failedAtMs.toString() };
}

/** The dead letter in a row with `lane`, `number` and `payload`. */
export function numberedDeadLetterOf(row: Row): NumberedDeadLetter {
  const { failedAtMs, ...letter } = jsonText(row, 'payload') as StoredDeadLetter;
  return { lane: text(row, 'lane'), number: bigInt(row, 'number'), letter: { ...letter, failedAtMs: BigInt(failedAtMs) } };
}

/** The entry in a row with `id`, `kind`, `lane`, `number`, `payload` and `epoch`. */
export function outboxEntryOf(row: Row): OutboxEntry {
  const own = { id: bigInt(row, 'id'), epoch: bigInt(row, 'epoch') };
  if (text(row, 'kind') === 'dead_letter') return { ...own, kind: 'dead_letter', message: numberedDeadLetterOf(row) };
  const message = { number: bigInt(row, 'number'), result: jsonText(row, 'payload') as JobResult };
  return { ...own, kind: 'job_result', message };
}
