import { isIdAfter } from '@galaxy/domain';
import { type OutboxEntry, outboxLane, type PublishOutcome, type PublishStamp, type StreamPublishing } from '@galaxy/manager-ports';
import type { RawEntry } from '@galaxy/wire';
import type { World } from '../world/world.js';

/** One entry of the stream. */
interface Copy {
  readonly lane: string;
  readonly number: bigint;
  readonly entryId: string;
  isAlive: boolean;
  isRead: boolean;
}

interface Publisher<M> extends StreamPublishing {
  publish(message: M, stamp: PublishStamp): Promise<PublishOutcome>;
}

/**
 * Checks a stream of numbered messages. At any moment it holds each message at most once, in order. A new entry gets an id that its
 * reader has not passed. Only a message that the server has lost may be published again.
 */
export class Published {
  readonly copies: Copy[] = [];
  readonly #world: World;
  readonly kind: OutboxEntry['kind'];
  /** What was read last under each lane and number. */
  readonly contents = new Map<string, RawEntry>();
  readonly #key: string;
  readonly #skipped = new Map<string, bigint>();
  #cursor = '0-0';

  constructor(world: World, kind: OutboxEntry['kind'], key: string) {
    this.#world = world;
    this.kind = kind;
    this.#key = key;
  }

  /** Checks everything that this publisher does. */
  watch<M extends { readonly number: bigint }>(publisher: Publisher<M>, laneOf: (message: M) => string): void {
    const publish = publisher.publish.bind(publisher);
    publisher.publish = async (message, stamp) => {
      const outcome = await publish(message, stamp);
      if (outcome.kind === 'published') this.#appended(laneOf(message), message.number, outcome.entryId);
      return outcome;
    };
    const skipTo = publisher.skipTo.bind(publisher);
    publisher.skipTo = async (lane, number) => {
      await skipTo(lane, number);
      this.#world.say(`skipped ${this.kind} ${lane} up to ${String(number)}`);
      if (!this.#world.plan.settings.resendsShortly) this.#world.violate(`${lane}: a message was skipped that can still be sent`);
      this.#skipped.set(lane, number);
    };
  }

  /** Reads everything after the last entry that was read, as Lobby does. */
  read(): void {
    for (const { entryId, entry } of this.#world.streams.after(this.#key, this.#cursor)) {
      this.#cursor = entryId;
      const copy = this.copies.findLast((one) => one.isAlive && one.entryId === entryId);
      if (copy === undefined) continue;
      copy.isRead = true;
      this.contents.set(`${copy.lane} ${String(copy.number)}`, entry);
    }
  }

  /** Notes which messages the server has lost. */
  noteLosses(): void {
    const held = new Set(this.#world.streams.after(this.#key, '0-0').map(({ entryId }) => entryId));
    for (const copy of this.copies) copy.isAlive &&= held.has(copy.entryId);
  }

  /** What is wrong when all work is done: then every message of the outbox must be in the stream and read. */
  amiss(): string | null {
    for (const { entry } of this.#world.database.outbox) {
      if (entry.kind !== this.kind) continue;
      const { lane } = outboxLane(entry);
      const { number } = entry.message;
      const copies = this.copies.filter((copy) => copy.lane === lane && copy.number === number);
      if (copies.some(({ isAlive, isRead }) => isAlive && isRead)) continue;
      if (this.#world.plan.settings.resendsShortly && copies.length > 0) continue;
      return `${this.kind} ${String(number)} of ${lane} ${copies.some(({ isAlive }) => isAlive) ? 'was not read' : 'is not in the stream'}`;
    }
    return null;
  }

  #appended(lane: string, number: bigint, entryId: string): void {
    const { say, violate } = this.#world;
    const name = `${this.kind} ${String(number)} of ${lane}`;
    say(`published ${name} as ${entryId}`);
    const last = this.copies.reduce((most, copy) => (copy.isAlive && copy.lane === lane && copy.number > most ? copy.number : most), 0n);
    const skipped = this.#skipped.get(lane) ?? 0n;
    if (number <= last) violate(`${name} is in the stream behind ${String(last)}`);
    if (number > last + 1n && skipped < number - 1n) violate(`${name} follows ${String(last)}`);
    if (!isIdAfter(entryId, this.#cursor)) violate(`${name} got the id ${entryId}, which its reader has passed`);
    this.copies.push({ lane, number, entryId, isAlive: true, isRead: false });
  }
}
