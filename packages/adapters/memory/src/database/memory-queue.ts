import { jobOperation } from '@galaxy/domain';
import type { MemoryDatabase, MemoryOperation } from './memory-database.js';

/** The fields that the caller chooses. */
type ToEnqueue = Pick<MemoryOperation, 'opId' | 'source' | 'sourceRef' | 'job' | 'entry' | 'requestedBy' | 'isRequest'>;

/** Queues an operation behind all others. */
export function addOperation(database: MemoryDatabase, asked: ToEnqueue): void {
  const { gameId } = asked.job;
  const ord = BigInt(database.operations.length + 1);
  const own = structuredClone(asked);
  database.operations.push({ ...own, ord, gameId, op: jobOperation(asked.job), queuedAt: database.clock.now(), ...untouched() });
}

function untouched(): Omit<MemoryOperation, keyof ToEnqueue | 'ord' | 'gameId' | 'op' | 'queuedAt'> {
  return {
    force: false,
    payloadVersion: 1,
    stepVersion: 1,
    unreadable: null,
    status: 'queued',
    statusBefore: null,
    attempt: 0,
    failures: 0,
    creditedAttempt: 0,
    unavailableMs: 0,
    holder: null,
    expiresAtMs: 0,
    progress: null,
    progressAttempt: 0,
    furthestStep: 0,
    result: null,
    errorCode: '',
    startedAt: null,
    finishedAt: null,
  };
}
