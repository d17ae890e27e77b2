import type { DeadLetterBox, DeadLetterState, RequeuedOperation, StoredDeadLetter } from '@galaxy/manager-ports';
import { validatePageLimit } from '@galaxy/ports';
import type { MemoryDatabase, MemoryMessage } from './memory-database.js';
import { addOperation } from './memory-queue.js';

/** The dead letters of the outbox in memory. */
export class MemoryDeadLetterBox implements DeadLetterBox {
  readonly #database: MemoryDatabase;

  constructor(database: MemoryDatabase) {
    this.#database = database;
  }

  async list(query: { readonly state: DeadLetterState; readonly after?: bigint; readonly limit: number }): Promise<StoredDeadLetter[]> {
    const { state, after = 0n, limit } = query;
    validatePageLimit('list dead letters', limit);
    const behind = this.#database.outbox.flatMap(storedOf).filter((letter) => letter.state === state && letter.id > after);
    return structuredClone(behind.slice(0, limit));
  }

  async get(id: bigint): Promise<StoredDeadLetter | null> {
    return structuredClone(this.#database.outbox.flatMap(storedOf).find((letter) => letter.id === id) ?? null);
  }

  async resolve(id: bigint, state: Exclude<DeadLetterState, 'open'>): Promise<boolean> {
    const message = this.#database.outbox.find(({ entry }) => entry.kind === 'dead_letter' && entry.id === id);
    if (message?.resolution !== null) return false;
    message.resolution = state;
    return true;
  }

  async requeue(id: bigint, { opId, sourceRef, job }: RequeuedOperation): Promise<boolean> {
    if (this.#database.holdsInForce.has('restored') || !(await this.resolve(id, 'requeued'))) return false;
    addOperation(this.#database, { opId, source: 'admin', sourceRef, job, requestedBy: 'operator', isRequest: false, entry: null });
    return true;
  }
}

function storedOf({ entry, resolution }: MemoryMessage): StoredDeadLetter[] {
  return entry.kind === 'dead_letter' ? [{ ...entry.message, id: entry.id, state: resolution ?? 'open' }] : [];
}
