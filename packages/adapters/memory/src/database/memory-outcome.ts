import type { JobStreamName } from '@galaxy/domain';
import type { NamedOutcome } from '@galaxy/manager-ports';
import type { MemoryDatabase, MemoryOperation } from './memory-database.js';

/** Adds the named outcome of an operation that has ended, if a job or a request asked for it. */
export function addOutcome(
  database: MemoryDatabase,
  { opId, gameId, source, sourceRef, entry, result }: MemoryOperation,
  keys: Readonly<Record<JobStreamName, string>>,
  number: bigint | null,
): void {
  if (result === null || (source !== 'lobby' && source !== 'admin')) return;
  const jobStream = entry === null ? '' : keys[entry.stream];
  const outcome: NamedOutcome = structuredClone({ result, jobStream, jobEntryId: sourceRef, opId, number });
  database.addMessage(opId, 'job_outcome', gameId, (id, own, epoch) => ({
    kind: 'job_outcome',
    id,
    epoch,
    message: { number: own, outcome },
  }));
}
