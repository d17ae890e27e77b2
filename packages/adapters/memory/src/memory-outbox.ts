import type { Outbox, OutboxBacklog, OutboxEntry, OutboxLane } from '@galaxy/ports';
import type { MemoryDatabase } from './memory-database.js';

/** The outbox in memory. */
export class MemoryOutbox implements Outbox {
  readonly #database: MemoryDatabase;

  constructor(database: MemoryDatabase) {
    this.#database = database;
  }

  async pending(limit: number): Promise<OutboxEntry[]> {
    return structuredClone(
      this.#unpublished()
        .slice(0, limit)
        .map(({ entry }) => entry),
    );
  }

  async lane({ kind, lane }: OutboxLane, fromNumber: bigint, limit: number): Promise<OutboxEntry[]> {
    const entries = this.#database.lane(kind, lane).map(({ entry }) => entry);
    return structuredClone(entries.filter(({ message }) => message.number >= fromNumber).slice(0, limit));
  }

  async markPublished(ids: readonly bigint[]): Promise<void> {
    for (const message of this.#database.outbox) if (ids.includes(message.entry.id)) message.published = true;
  }

  async backlog(): Promise<OutboxBacklog> {
    const waiting = this.#unpublished();
    const oldest = waiting[0];
    return { pending: waiting.length, oldestMs: oldest === undefined ? null : this.#database.clock.monotonicMs() - oldest.addedAtMs };
  }

  #unpublished() {
    return this.#database.outbox.filter(({ published }) => !published);
  }
}
