import { compareEntryIds, type EntryId, parseEntryId, STREAM_START } from './entry-id.js';
import type { StreamPlace } from './stream-place.js';

/** What a stream says of itself. */
export interface SeenStream {
  /** The first and the last id it holds; null when it holds nothing. */
  readonly firstId: string | null;
  readonly lastHeldId: string | null;
  /** The highest id it ever gave out; null when it gave out none. */
  readonly lastId: string | null;
  /** How many entries were ever added. */
  readonly added: bigint;
  /** How many it holds. */
  readonly length: bigint;
}

/**
 * What became of a stream since it was last taken in, with the place to go on from. `steady`: nothing is known to be
 * missing; the place has what was learned. `gap`: that many entries are gone that were never read, and were not told
 * before; the place counts them as passed. `recreated`: it is another stream under the same key, to be read from its
 * start; what it shows is to be judged again from there.
 */
export type StreamVerdict =
  | { readonly kind: 'steady'; readonly place: StreamPlace }
  | { readonly kind: 'gap'; readonly lost: bigint; readonly place: StreamPlace }
  | { readonly kind: 'recreated'; readonly place: StreamPlace };

/** The place of whoever never read. */
export const NEVER_READ: StreamPlace = { cursor: STREAM_START, floor: null, entriesRead: 0n, previous: STREAM_START };

/**
 * Judges a stream (null: it does not exist) by the place it was taken in up to (null: it never was). Total. Of all
 * entries ever added each was read, is unread, or is lost; so once it is certain how many are unread, the rest is
 * what was lost. Losses between entries that are still there are told once everything that is there has been read.
 */
export function judgeStream(place: StreamPlace | null, seen: SeenStream | null): StreamVerdict {
  const known = place ?? NEVER_READ;
  if (isAnother(known, seen)) return { kind: 'recreated', place: { ...NEVER_READ, previous: laterOf(known.previous, known.cursor) } };
  if (seen === null) return { kind: 'steady', place: known };
  const unread = unreadOf(seen, idOf(known.cursor));
  const floor = seen.firstId ?? seen.lastId ?? known.floor;
  if (known.entriesRead === null) {
    const entriesRead = unread.least === unread.most ? seen.added - unread.most : null;
    return { kind: 'steady', place: { ...known, floor, entriesRead } };
  }
  const lost = seen.added - known.entriesRead - unread.most;
  if (lost <= 0n) return { kind: 'steady', place: { ...known, floor } };
  return { kind: 'gap', lost, place: { ...known, floor, entriesRead: known.entriesRead + lost } };
}

function isAnother(known: StreamPlace, seen: SeenStream | null): boolean {
  const { cursor, floor, entriesRead } = known;
  if (seen === null) return cursor !== STREAM_START || floor !== null || (entriesRead ?? 0n) > 0n;
  const lastId = idOf(seen.lastId);
  if (isBefore(lastId, idOf(cursor))) return true;
  // Trimming only ever raises the first id, and no id is given out twice.
  if (isBefore(seen.firstId === null ? lastId : idOf(seen.firstId), idOf(floor))) return true;
  return entriesRead !== null && seen.added < entriesRead + unreadOf(seen, idOf(cursor)).least;
}

/** How many entries lie behind the cursor: exactly, or between two numbers while it stands among those that are there. */
function unreadOf({ firstId, lastHeldId, length }: SeenStream, cursor: EntryId): { readonly least: bigint; readonly most: bigint } {
  if (!isBefore(cursor, idOf(lastHeldId))) return { least: 0n, most: 0n };
  if (isBefore(cursor, idOf(firstId))) return { least: length, most: length };
  // At least the last one; but a stream that holds nothing has nothing unread, whatever ids it shows.
  return length === 0n ? { least: 0n, most: 0n } : { least: 1n, most: length - 1n };
}

function isBefore(a: EntryId, b: EntryId): boolean {
  return compareEntryIds(a, b) < 0;
}

function laterOf(a: string, b: string): string {
  return isBefore(idOf(a), idOf(b)) ? b : a;
}

// What is no id lies before all of them, so that nothing is left unread.
function idOf(text: string | null): EntryId {
  return parseEntryId(text ?? STREAM_START) ?? { ms: 0n, seq: 0n };
}
