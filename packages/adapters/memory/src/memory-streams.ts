import { parseEntryId } from '@galaxy/domain';
import type { PublishOutcome, StreamShape } from '@galaxy/ports';
import { DependencyFault, InvalidInputError } from '@galaxy/ports';
import type { RawEntry } from '@galaxy/wire';
import { type MemoryEntry, MemoryStream } from './memory-stream.js';

/**
 * Streams in memory, with the behaviour of Redis that the ports rely on: ids rise, reading never consumes, a numbered
 * append is atomic. Everything that shares a stream shares one object of this class. It lives as long as the process.
 */
export class MemoryStreams {
  readonly #now: () => number;
  readonly #streams = new Map<string, MemoryStream>();
  readonly #once = new Map<string, string>();
  readonly #held = new Map<string, Map<string, bigint>>();
  readonly #texts = new Map<string, string>();
  readonly #watchers = new Set<() => void>();
  #reachable = true;

  /** `now` gives the milliseconds of new ids. */
  constructor(options: { readonly now?: () => number } = {}) {
    this.#now = options.now ?? Date.now;
  }

  /** Plays an outage: while false, everything throws DependencyFault and nothing changes. */
  setReachable(reachable: boolean): void {
    this.#reachable = reachable;
    this.#notify();
  }

  /**
   * Appends an entry and returns its id: the clock's, or the one after the stream's last if the clock stands or went back.
   * @throws InvalidInputError when an id is given that is not greater than the stream's last.
   */
  append(key: string, entry: RawEntry, entryId?: string): string {
    this.#assertReachable();
    const stream = this.#streams.get(key) ?? new MemoryStream();
    const id = entryId === undefined ? stream.nextId(BigInt(this.nowMs())) : parseEntryId(entryId);
    const text = id === null ? null : stream.append(id, entry);
    if (text === null) throw new InvalidInputError(`stream ${key}: the id ${entryId ?? ''} is not greater than the last`);
    this.#streams.set(key, stream);
    this.#notify();
    return text;
  }

  /** Appends the entry unless an earlier call with the same `once` did; returns the id of that one then. */
  appendOnce(key: string, once: string, entry: RawEntry): string {
    this.#assertReachable();
    const onceKey = `${key}:${once}`;
    const entryId = this.#once.get(onceKey) ?? this.append(key, entry);
    this.#once.set(onceKey, entryId);
    return entryId;
  }

  /** The clock of new ids, in milliseconds since 1970 (UTC). */
  nowMs(): number {
    this.#assertReachable();
    return Math.trunc(this.#now());
  }

  /** What a stream says of itself; null for one that does not exist. */
  shape(key: string): StreamShape | null {
    this.#assertReachable();
    return this.#streams.get(key)?.shape() ?? null;
  }

  /** Removes the oldest entries of a stream until at most that many are left. */
  trim(key: string, maxLength: number): void {
    this.#assertReachable();
    this.#streams.get(key)?.trim(maxLength);
  }

  /** Removes one entry; false when it is not there. */
  remove(key: string, entryId: string): boolean {
    this.#assertReachable();
    return this.#streams.get(key)?.remove(entryId) ?? false;
  }

  /** Deletes a stream: the next entry makes it anew. */
  drop(key: string): void {
    this.#assertReachable();
    this.#streams.delete(key);
  }

  /** Appends the entry if its number follows the last one of its lane. */
  appendNumbered(key: string, message: { readonly lane: string; readonly number: bigint; readonly entry: RawEntry }): PublishOutcome {
    const { lane, number, entry } = message;
    if (number < 1n) throw new InvalidInputError('numbers are counted from 1');
    this.#assertReachable();
    const lanes = this.#held.get(key) ?? new Map<string, bigint>();
    const held = lanes.get(lane) ?? 0n;
    if (number <= held) return { kind: 'already_published' };
    if (number > held + 1n) return { kind: 'gap', held };
    const entryId = this.append(key, entry);
    this.#held.set(key, lanes.set(lane, number));
    return { kind: 'published', entryId };
  }

  /** The entries after the id, at most `limit`, in order. */
  after(key: string, entryId: string, limit = Number.POSITIVE_INFINITY): readonly MemoryEntry[] {
    const from = parseEntryId(entryId);
    if (from === null) throw new InvalidInputError(`stream ${key}: ${JSON.stringify(entryId)} is not an entry id`);
    this.#assertReachable();
    return this.#streams.get(key)?.after(from, limit) ?? [];
  }

  /** Returns once a stream has something after its id, when `maxWaitMs` is over, or when the signal aborts. */
  async arrival(after: Readonly<Record<string, string>>, maxWaitMs: number, signal: AbortSignal): Promise<void> {
    const arrived = (): boolean => Object.entries(after).some(([key, entryId]) => this.after(key, entryId, 1).length > 0);
    if (signal.aborted || arrived()) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.#watchers.delete(look);
        resolve();
      };
      const look = (): void => {
        if (!this.#reachable || arrived()) end();
      };
      const timer = setTimeout(end, maxWaitMs);
      signal.addEventListener('abort', end);
      this.#watchers.add(look);
    });
    this.#assertReachable();
  }

  /** The text kept under a key, or null. */
  load(key: string): string | null {
    this.#assertReachable();
    return this.#texts.get(key) ?? null;
  }

  /** Keeps a text under a key. */
  save(key: string, text: string): void {
    this.#assertReachable();
    this.#texts.set(key, text);
  }

  #notify(): void {
    for (const look of [...this.#watchers]) look();
  }

  #assertReachable(): void {
    if (this.#reachable) return;
    throw new DependencyFault({ dependency: 'redis', message: 'the streams in memory are cut off', retryable: true, effect: 'not_done' });
  }
}
