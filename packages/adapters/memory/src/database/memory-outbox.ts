import { compareEntryIds, parseEntryId } from '@galaxy/domain';
import {
  type Forgettable,
  forEachKind,
  type LanePosition,
  OUTBOX_KINDS,
  type Outbox,
  type OutboxBacklog,
  type OutboxEntry,
  type OutboxKind,
  type OutboxLane,
  outboxLane,
  type PublishMark,
  type PublishState,
} from '@galaxy/manager-ports';
import type { MemoryDatabase, MemoryMessage } from './memory-database.js';

/** The outbox in memory. */
export class MemoryOutbox implements Outbox {
  readonly #database: MemoryDatabase;

  readonly #kinds: readonly OutboxKind[];

  /** `kinds`: those whose streams are switched on, default all. */
  constructor(database: MemoryDatabase, kinds: readonly OutboxKind[] = OUTBOX_KINDS) {
    this.#database = database;
    this.#kinds = kinds;
  }

  async pending(limit: number): Promise<OutboxEntry[]> {
    return this.#read(this.#unpublished().slice(0, limit));
  }

  async lane(
    { kind, lane }: OutboxLane,
    query: { readonly fromNumber: bigint; readonly markedWithinMs: number; readonly limit: number },
  ): Promise<OutboxEntry[]> {
    const behind = this.#database.lane(kind, lane).filter(({ entry }) => entry.message.number >= query.fromNumber);
    const first = behind.findIndex((message) => !message.published || this.#isMarkedWithin(message, query.markedWithinMs));
    return first < 0 ? [] : this.#read(behind.slice(first, first + query.limit));
  }

  async markPublished(marks: readonly PublishMark[]): Promise<void> {
    const messages = new Map(this.#database.outbox.map((message) => [message.entry.id, message]));
    for (const { id, epoch, entryId } of marks) {
      const message = messages.get(id);
      if (message === undefined || epoch !== this.#database.epoch) continue;
      message.entryId = entryId ?? message.entryId;
      if (message.published) continue;
      message.published = true;
      message.markedAtMs = this.#database.clock.monotonicMs();
    }
  }

  async state(): Promise<PublishState> {
    const { epoch, outbox } = this.#database;
    const lastEntryIds = forEachKind((kind) => highestEntryId(kind, outbox));
    return { epoch, lastId: outbox.at(-1)?.entry.id ?? 0n, lastEntryIds };
  }

  async lately(withinMs: number): Promise<LanePosition[]> {
    const lanes = new Map<string, LanePosition>();
    for (const message of this.#database.outbox) {
      const lane = outboxLane(message.entry);
      const { number } = message.entry.message;
      if (this.#isMarkedWithin(message, withinMs)) lanes.set(laneName(message), { ...lane, number });
    }
    return [...lanes.values()];
  }

  async takeBack(held: readonly LanePosition[], withinMs: number): Promise<{ readonly epoch: bigint; readonly takenBack: number }> {
    const isLost = (message: MemoryMessage): boolean => {
      const { kind, lane } = outboxLane(message.entry);
      const number = held.find((position) => position.kind === kind && position.lane === lane)?.number ?? 0n;
      return this.#isMarkedWithin(message, withinMs) && message.entry.message.number > number;
    };
    const lost = this.#database.outbox.filter(isLost);
    for (const message of lost) message.published = false;
    this.#database.epoch += 1n;
    return { epoch: this.#database.epoch, takenBack: lost.length };
  }

  async backlog(): Promise<OutboxBacklog> {
    const waiting = this.#unpublished();
    const oldest = waiting[0];
    return { pending: waiting.length, oldestMs: oldest === undefined ? null : this.#database.clock.monotonicMs() - oldest.addedAtMs };
  }

  async prune(olderThanMs: number, limit: number): Promise<number> {
    const { outbox, clock } = this.#database;
    const isOld = (message: MemoryMessage) => message.published && clock.monotonicMs() - message.markedAtMs > olderThanMs;
    const last = outbox.at(-1);
    const chosen = outbox
      .filter((message) => isOld(message) && !isOpenLetter(message) && message !== last)
      .toSorted((a, b) => a.markedAtMs - b.markedAtMs)
      .slice(0, limit);
    const { deletedUpTo } = this.#database;
    for (const message of chosen) {
      outbox.splice(outbox.indexOf(message), 1);
      const { kind, id } = message.entry;
      if (id > (deletedUpTo.get(kind) ?? 0n)) deletedUpTo.set(kind, id);
    }
    return chosen.length;
  }

  async forgettable(kind: OutboxKind, lanes: readonly string[], markedWithinMs: number): Promise<Forgettable | null> {
    const { deletedUpTo, outbox, epoch, clock } = this.#database;
    const upTo = deletedUpTo.get(kind);
    const maySend = ({ published, markedAtMs }: MemoryMessage) => !published || clock.monotonicMs() - markedAtMs < markedWithinMs;
    if (upTo === undefined || outbox.some((message) => message.entry.kind === kind && message.entry.id <= upTo && maySend(message)))
      return null;
    return { epoch, upTo, lanes: lanes.filter((lane) => this.#database.lane(kind, lane).length === 0).sort() };
  }

  #isMarkedWithin({ published, markedAtMs, entry }: MemoryMessage, ms: number): boolean {
    return published && this.#kinds.includes(entry.kind) && this.#database.clock.monotonicMs() - markedAtMs < ms;
  }

  #read(messages: readonly MemoryMessage[]): OutboxEntry[] {
    return structuredClone(messages.map(({ entry }) => ({ ...entry, epoch: this.#database.epoch })));
  }

  #unpublished(): MemoryMessage[] {
    return this.#database.outbox.filter(({ published, entry }) => !published && this.#kinds.includes(entry.kind));
  }
}

function laneName({ entry }: MemoryMessage): string {
  const { kind, lane } = outboxLane(entry);
  return `${kind} ${lane}`;
}

const isOpenLetter = ({ entry, resolution }: MemoryMessage) => entry.kind === 'dead_letter' && resolution === null;

function highestEntryId(kind: OutboxKind, outbox: readonly MemoryMessage[]): string | null {
  const ids = outbox.flatMap(({ entry, entryId }) => {
    const id = entry.kind === kind && entryId !== null ? parseEntryId(entryId) : null;
    return id === null ? [] : [{ id, entryId }];
  });
  return ids.sort((a, b) => compareEntryIds(b.id, a.id))[0]?.entryId ?? null;
}
