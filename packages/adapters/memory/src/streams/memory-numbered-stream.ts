import type {
  HeldLane,
  PublishedTrim,
  PublishOutcome,
  PublishStamp,
  StreamLimit,
  StreamPublishing,
  StreamPublishState,
} from '@galaxy/manager-ports';
import { InvalidInputError } from '@galaxy/ports';
import type { RawEntry } from '@galaxy/wire';
import type { MemoryPublishing } from './memory-keys.js';
import type { MemoryStreams } from './memory-streams.js';

/** The common part of publishers of numbered messages on a {@link MemoryStreams}. */
export class MemoryNumberedStream implements StreamPublishing {
  readonly #streams: MemoryStreams;
  readonly #key: string;

  constructor(streams: MemoryStreams, key: string) {
    this.#streams = streams;
    this.#key = key;
  }

  async state(): Promise<StreamPublishState> {
    const { epoch, lastOutboxId, forgottenUpTo } = this.#kept('read');
    return { epoch, lastOutboxId, forgottenUpTo, connection: this.#streams.connection };
  }

  async held(lanes: readonly string[]): Promise<bigint[]> {
    const { held } = this.#kept('read');
    return lanes.map((lane) => held.get(lane) ?? 0n);
  }

  async walk(): Promise<{ readonly lanes: readonly HeldLane[]; readonly next: null }> {
    return { lanes: [...this.#kept('read').held].map(([lane, number]) => ({ lane, number })), next: null };
  }

  async forget(lanes: readonly HeldLane[], { epoch, upTo }: { readonly epoch: bigint; readonly upTo: bigint }): Promise<number | null> {
    const kept = this.#kept('write');
    if (kept.epoch !== epoch) return null;
    if (upTo > kept.forgottenUpTo) kept.forgottenUpTo = upTo;
    if (upTo > kept.lastOutboxId) kept.lastOutboxId = upTo;
    return lanes.filter(({ lane, number }) => kept.held.get(lane) === number && kept.held.delete(lane)).length;
  }

  async adoptEpoch(epoch: bigint, seen: bigint | null, afterEntryId: string | null): Promise<boolean> {
    const kept = this.#kept('write');
    if (kept.epoch !== seen && kept.epoch !== epoch) return false;
    if (afterEntryId !== null) this.#streams.raiseLastId(this.#key, afterEntryId);
    if (kept.epoch === null || kept.epoch < epoch) kept.epoch = epoch;
    return true;
  }

  async skipTo(lane: string, number: bigint): Promise<void> {
    const { held } = this.#kept('write');
    if (number > (held.get(lane) ?? 0n)) held.set(lane, number);
  }

  async trim({ youngerThanMs, lastEntries }: StreamLimit): Promise<PublishedTrim> {
    this.#kept('write');
    const entries = this.#streams.after(this.#key, '0-0');
    const before = BigInt(this.#streams.nowMs() - youngerThanMs);
    const old = entries.filter(({ id }, at) => id.ms < before && at < entries.length - lastEntries).length;
    this.#streams.trim(this.#key, entries.length - old);
    return { removed: old, heldBack: false };
  }

  async lowerTo(upTo: (lanes: readonly string[]) => Promise<readonly bigint[]>): Promise<number> {
    const lanes = [...this.#kept('read').held.keys()];
    const numbers = await upTo(lanes);
    const kept = this.#kept('write');
    const lowered = lanes.filter((lane, at) => (kept.held.get(lane) ?? 0n) > (numbers[at] ?? 0n));
    for (const lane of lowered) kept.held.set(lane, numbers[lanes.indexOf(lane)] ?? 0n);
    kept.epoch = null;
    kept.lastOutboxId = 0n;
    kept.forgottenUpTo = 0n;
    return lowered.length;
  }

  protected append(
    message: { readonly lane: string; readonly number: bigint; readonly entry: RawEntry },
    stamp: PublishStamp,
  ): PublishOutcome {
    const { lane, number, entry } = message;
    if (number < 1n) throw new InvalidInputError('numbers are counted from 1');
    const kept = this.#kept('write');
    const held = kept.held.get(lane) ?? 0n;
    if (kept.epoch !== stamp.epoch) return { kind: 'other_epoch' };
    if (stamp.outboxId <= kept.forgottenUpTo || number <= held) return { kind: 'already_published' };
    if (number > held + 1n) return { kind: 'gap', held };
    const entryId = this.#streams.append(this.#key, entry);
    kept.held.set(lane, number);
    if (stamp.outboxId > kept.lastOutboxId) kept.lastOutboxId = stamp.outboxId;
    return { kind: 'published', entryId };
  }

  #kept(access: 'read' | 'write'): MemoryPublishing {
    return this.#streams.publishing(this.#key, access);
  }
}
