import { isDeepStrictEqual } from 'node:util';
import { type EnqueueOutcome, type OperationQueue, type OperationRequest, validateOperationRequest } from '@galaxy/manager-ports';
import type { MemoryDatabase, MemoryOperation } from './memory-database.js';
import { addOperation } from './memory-queue.js';

/** The queue of requests in memory. */
export class MemoryOperationQueue implements OperationQueue {
  readonly #database: MemoryDatabase;

  constructor(database: MemoryDatabase) {
    this.#database = database;
  }

  async enqueue(request: OperationRequest): Promise<EnqueueOutcome> {
    validateOperationRequest(request);
    const { opId, source, sourceRef, job, requestedBy } = request;
    const { operations, holdsInForce } = this.#database;
    const known = operations.find((one) => one.isRequest && one.source === source && one.sourceRef === sourceRef);
    if (known !== undefined) return isSameJob(known.job, job) ? existing(known) : { kind: 'key_reused' };
    if (holdsInForce.has('restored')) return { kind: 'on_hold' };
    addOperation(this.#database, { opId, source, sourceRef, job, requestedBy, isRequest: true, entry: null });
    for (const follower of this.#database.followers) follower({ kind: 'queued' });
    return { kind: 'queued', opId };
  }
}

const existing = ({ opId, status }: MemoryOperation): EnqueueOutcome => ({ kind: 'existing', opId, status });

const isSameJob = (one: MemoryOperation['job'], other: OperationRequest['job']) =>
  isDeepStrictEqual({ ...one, requestedAtMs: 0n }, { ...other, requestedAtMs: 0n });
