import type { EntryId } from '@galaxy/domain';
import { compareEntryIds, parseEntryId, STREAM_START } from '@galaxy/domain';
import type { PublishOutcome } from '@galaxy/ports';
import { DependencyFault, InvalidInputError } from '@galaxy/ports';
import type { RawEntry } from '@galaxy/wire';

/** One entry of a stream in memory. */
export interface MemoryEntry {
  readonly entryId: string;
  readonly id: EntryId;
  readonly entry: RawEntry;
}

/**
 * Streams in memory, with the behaviour of Redis that the ports rely on: ids rise, reading never consumes, a numbered
 * append is atomic. Everything that shares a stream shares one object of this class. It lives as long as the process.
 */
export class MemoryStreams {
  readonly #now: () => number;
  readonly #streams = new Map<string, MemoryEntry[]>();
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
    const entries = this.#entries(key);
    const last = entries.at(-1)?.id ?? { ms: 0n, seq: 0n };
    const id = entryId === undefined ? this.#nextId(last) : parseEntryId(entryId);
    if (id === null || compareEntryIds(id, last) <= 0)
      throw new InvalidInputError(`stream ${key}: the id ${entryId ?? ''} is not greater than the last`);
    const text = `${String(id.ms)}-${String(id.seq)}`;
    entries.push({ entryId: text, id, entry });
    this.#notify();
    return text;
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
    const entries = this.#entries(key);
    const start = entryId === STREAM_START ? 0 : entries.findIndex((entry) => compareEntryIds(entry.id, from) > 0);
    return start < 0 ? [] : entries.slice(start, start + limit);
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

  #entries(key: string): MemoryEntry[] {
    this.#assertReachable();
    const entries = this.#streams.get(key) ?? [];
    this.#streams.set(key, entries);
    return entries;
  }

  #nextId(last: EntryId): EntryId {
    const ms = BigInt(Math.trunc(this.#now()));
    return ms > last.ms ? { ms, seq: 0n } : { ms: last.ms, seq: last.seq + 1n };
  }

  #notify(): void {
    for (const look of [...this.#watchers]) look();
  }

  #assertReachable(): void {
    if (this.#reachable) return;
    throw new DependencyFault({ dependency: 'redis', message: 'the streams in memory are cut off', retryable: true, effect: 'not_done' });
  }
}
