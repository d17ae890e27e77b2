import type { Hold, HoldReason, Holds, LeaseGrant } from '@galaxy/manager-ports';
import type { MemoryDatabase } from './memory-database.js';

/** {@link Holds} in memory. */
export class MemoryHolds implements Holds {
  readonly #database: MemoryDatabase;

  constructor(database: MemoryDatabase) {
    this.#database = database;
  }

  async list(): Promise<Hold[]> {
    return structuredClone([...this.#database.holdsInForce.values()]);
  }

  async set(reason: HoldReason, message: string, under?: LeaseGrant): Promise<void> {
    const { holdsInForce, clock } = this.#database;
    if (under !== undefined && !this.#database.holds(under)) return;
    const since = holdsInForce.get(reason)?.since ?? clock.now();
    holdsInForce.set(reason, { reason, message, since });
  }

  async clear(reason: HoldReason): Promise<void> {
    this.#database.holdsInForce.delete(reason);
  }
}
