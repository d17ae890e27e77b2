import type { EntryId } from '@galaxy/domain';
import { compareEntryIds, parseEntryId } from '@galaxy/domain';
import type { StreamShape } from '@galaxy/manager-ports';
import type { RawEntry } from '@galaxy/wire';

/** One entry of a stream in memory. */
export interface MemoryEntry {
  readonly entryId: string;
  readonly id: EntryId;
  readonly entry: RawEntry;
}

/** One stream in memory. A stream that is deleted and created again is a new object. */
export class MemoryStream {
  #entries: MemoryEntry[] = [];
  #last: EntryId = { ms: 0n, seq: 0n };
  #added = 0n;

  /** The id of a new entry at this time, in milliseconds. */
  nextId(ms: bigint): EntryId {
    return ms > this.#last.ms ? { ms, seq: 0n } : { ms: this.#last.ms, seq: this.#last.seq + 1n };
  }

  /** Appends an entry and returns its id as text; null when `id` is not greater than the highest id ever. */
  append(id: EntryId, entry: RawEntry): string | null {
    if (compareEntryIds(id, this.#last) <= 0) return null;
    const entryId = textOf(id);
    this.#entries.push({ entryId, id, entry });
    this.#last = id;
    this.#added += 1n;
    return entryId;
  }

  /** Makes later ids greater than this one. */
  raiseLastId(id: EntryId): void {
    if (compareEntryIds(id, this.#last) > 0) this.#last = id;
  }

  /** An independent copy of the present state. */
  copy(): MemoryStream {
    const copy = new MemoryStream();
    copy.#entries = [...this.#entries];
    copy.#last = this.#last;
    copy.#added = this.#added;
    return copy;
  }

  /** The entries after the id, at most `limit`, in order. */
  after(from: EntryId, limit: number): readonly MemoryEntry[] {
    const start = from.ms === 0n && from.seq === 0n ? 0 : this.#entries.findIndex(({ id }) => compareEntryIds(id, from) > 0);
    return start < 0 ? [] : this.#entries.slice(start, start + limit);
  }

  /** Removes the oldest entries until at most `maxLength` are left. */
  trim(maxLength: number): void {
    this.#entries.splice(0, Math.max(0, this.#entries.length - maxLength));
  }

  /** Removes an entry; false when it is not there. */
  remove(entryId: string): boolean {
    const id = parseEntryId(entryId);
    const kept = this.#entries.filter((entry) => id === null || compareEntryIds(entry.id, id) !== 0);
    const isRemoved = kept.length < this.#entries.length;
    this.#entries = kept;
    return isRemoved;
  }

  shape(): StreamShape {
    const [first, last] = [this.#entries[0], this.#entries.at(-1)];
    return {
      firstId: first?.entryId ?? null,
      lastHeldId: last?.entryId ?? null,
      lastId: this.#added === 0n ? null : textOf(this.#last),
      added: this.#added,
      length: BigInt(this.#entries.length),
    };
  }
}

function textOf({ ms, seq }: EntryId): string {
  return `${String(ms)}-${String(seq)}`;
}
