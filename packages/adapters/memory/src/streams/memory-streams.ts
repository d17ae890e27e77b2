import { parseEntryId } from '@galaxy/domain';
import type { StreamShape } from '@galaxy/manager-ports';
import { DependencyFault, InvalidInputError } from '@galaxy/ports';
import type { RawEntry } from '@galaxy/wire';
import { MemoryKeys, type MemoryPublishing } from './memory-keys.js';
import { type MemoryEntry, MemoryStream } from './memory-stream.js';

/**
 * Streams in memory, with the behaviour of Redis that the ports rely on: ids rise, reading never consumes, every call is atomic. All
 * adapters that share streams share one object of this class. Nothing is stored outside the process.
 */
export class MemoryStreams {
  readonly #now: () => number;
  readonly #watchers = new Set<() => void>();
  #keys = new MemoryKeys();
  #reachable = true;
  #full = false;
  #connections = 1;

  /** `now` returns the time for new ids, in milliseconds since 1970 (UTC). */
  constructor(options: { readonly now?: () => number } = {}) {
    this.#now = options.now ?? Date.now;
  }

  /** Plays an outage: while false, every call throws DependencyFault and changes nothing. */
  setReachable(reachable: boolean): void {
    if (reachable && !this.#reachable) this.#connections += 1;
    this.#reachable = reachable;
    this.#notify();
  }

  /** Plays a server without free memory: while true, reads work, and every write throws DependencyFault. */
  setFull(full: boolean): void {
    this.#full = full;
  }

  /** Returns a replica with a copy of the present keys. Later changes do not reach it. */
  fork(): MemoryStreams {
    const replica = new MemoryStreams({ now: this.#now });
    replica.#keys = this.#keys.copy();
    return replica;
  }

  /** Plays a failover: the replica's keys replace the present ones, and all clients reconnect. */
  failOverTo(replica: MemoryStreams): void {
    this.#keys = replica.#keys.copy();
    this.#connections += 1;
    this.#notify();
  }

  /** Deletes everything, as FLUSHALL does. Connections stay open. */
  flush(): void {
    this.#keys = new MemoryKeys();
  }

  /** The name of the connection; another one after every reconnection. */
  get connection(): string {
    this.#assertReachable();
    return String(this.#connections);
  }

  /**
   * Appends an entry and returns its id: from the clock, or the next one after the stream's last id if the clock has not moved on.
   * @throws InvalidInputError when an id is given that is not greater than the stream's last.
   */
  append(key: string, entry: RawEntry, entryId?: string): string {
    this.#assertWritable();
    const stream = this.#keys.streams.get(key) ?? new MemoryStream();
    const id = entryId === undefined ? stream.nextId(BigInt(this.nowMs())) : parseEntryId(entryId);
    const text = id === null ? null : stream.append(id, entry);
    if (text === null) throw new InvalidInputError(`stream ${key}: the id ${entryId ?? ''} is not greater than the last`);
    this.#keys.streams.set(key, stream);
    this.#notify();
    return text;
  }

  /** Appends the entry, unless an earlier call with the same `once` did. Returns the id of the one that was appended. */
  appendOnce(key: string, once: string, entry: RawEntry): string {
    this.#assertWritable();
    const onceKey = `${key}:${once}`;
    const entryId = this.#keys.once.get(onceKey) ?? this.append(key, entry);
    this.#keys.once.set(onceKey, entryId);
    return entryId;
  }

  /** The time for new ids, in milliseconds since 1970 (UTC). */
  nowMs(): number {
    this.#assertReachable();
    return Math.trunc(this.#now());
  }

  /** The shape of a stream; null when it does not exist. */
  shape(key: string): StreamShape | null {
    this.#assertReachable();
    return this.#keys.streams.get(key)?.shape() ?? null;
  }

  /** Removes the oldest entries of a stream until at most `maxLength` are left. */
  trim(key: string, maxLength: number): void {
    this.#assertReachable();
    this.#keys.streams.get(key)?.trim(maxLength);
  }

  /** Removes one entry; false when it is not there. */
  remove(key: string, entryId: string): boolean {
    this.#assertReachable();
    return this.#keys.streams.get(key)?.remove(entryId) ?? false;
  }

  /** Deletes a stream. The next entry creates a new one. */
  drop(key: string): void {
    this.#assertReachable();
    this.#keys.streams.delete(key);
  }

  /** Makes later ids of a stream greater than this one. Creates an empty stream when there is none. */
  raiseLastId(key: string, entryId: string): void {
    this.#assertWritable();
    const id = parseEntryId(entryId);
    if (id === null) throw new InvalidInputError(`stream ${key}: ${JSON.stringify(entryId)} is not an entry id`);
    const stream = this.#keys.streams.get(key) ?? new MemoryStream();
    stream.raiseLastId(id);
    this.#keys.streams.set(key, stream);
  }

  /** The publishing state of a stream, to be read or changed. */
  publishing(key: string, access: 'read' | 'write'): MemoryPublishing {
    if (access === 'write') this.#assertWritable();
    this.#assertReachable();
    return this.#keys.publishing(key);
  }

  /** The entries after the id, at most `limit`, in order. */
  after(key: string, entryId: string, limit = Number.POSITIVE_INFINITY): readonly MemoryEntry[] {
    const from = parseEntryId(entryId);
    if (from === null) throw new InvalidInputError(`stream ${key}: ${JSON.stringify(entryId)} is not an entry id`);
    this.#assertReachable();
    return this.#keys.streams.get(key)?.after(from, limit) ?? [];
  }

  /** Returns when a stream has an entry after its id, when `maxWaitMs` is over, or when the signal aborts. */
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

  /** The text stored under a key, or null. */
  load(key: string): string | null {
    this.#assertReachable();
    return this.#keys.texts.get(key) ?? null;
  }

  /** Stores a text under a key. */
  save(key: string, text: string): void {
    this.#assertWritable();
    this.#keys.texts.set(key, text);
  }

  /** The text kept under a key, or null once its time is over. */
  loadKept(key: string): string | null {
    const nowMs = this.nowMs();
    const kept = this.#keys.kept.get(key);
    return kept !== undefined && nowMs < kept.untilMs ? kept.text : null;
  }

  /** Keeps a text under a key for a time, in milliseconds. */
  keep(key: string, text: string, forMs: number): void {
    this.#assertWritable();
    this.#keys.kept.set(key, { text, untilMs: this.nowMs() + forMs });
  }

  #notify(): void {
    for (const look of [...this.#watchers]) look();
  }

  #assertReachable(): void {
    if (!this.#reachable) throw refusal('the streams in memory are unreachable');
  }

  #assertWritable(): void {
    this.#assertReachable();
    if (this.#full) throw refusal('the streams in memory are full');
  }
}

function refusal(message: string): DependencyFault {
  return new DependencyFault({ dependency: 'redis', message, retryable: true, effect: 'not_done' });
}
