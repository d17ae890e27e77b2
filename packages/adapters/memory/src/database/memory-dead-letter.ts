import type { DeadLetter } from '@galaxy/domain';
import type { MemoryDatabase } from './memory-database.js';

/** Adds a dead letter at the end of its lane, unless there is one with the same origin. */
export function addDeadLetter(database: MemoryDatabase, lane: string, dedupeKey: string, asked: DeadLetter): void {
  if (database.outbox.some(({ entry, dedupeKey: key }) => entry.kind === 'dead_letter' && key === dedupeKey)) return;
  const letter = structuredClone(asked);
  database.addMessage(dedupeKey, 'dead_letter', lane, (id, number, epoch) => ({
    kind: 'dead_letter',
    id,
    epoch,
    message: { lane, number, letter },
  }));
}
