import { compareEntryIds, type EntryId, parseEntryId, STREAM_START } from './entry-id.js';
import type { StreamPlace } from './stream-place.js';

/** What Redis reports about a stream. */
export interface SeenStream {
  /** The first and the last id in the stream; null when it is empty. */
  readonly firstId: string | null;
  readonly lastHeldId: string | null;
  /** The highest id the stream ever had; null when it never had an entry. */
  readonly lastId: string | null;
  /** How many entries were ever added. */
  readonly added: bigint;
  /** How many entries are in the stream. */
  readonly length: bigint;
}

/**
 * What happened to a stream since it was last ingested, with the place to go on from. `steady`: no entries are known to be missing;
 * the place is brought up to date. `gap`: `lost` entries are gone that were never read and not reported before; the place counts
 * them as passed. `recreated`: another stream has the same key now; it is read from its start, and must be judged once more from
 * there.
 */
export type StreamVerdict =
  | { readonly kind: 'steady'; readonly place: StreamPlace }
  | { readonly kind: 'gap'; readonly lost: bigint; readonly place: StreamPlace }
  | { readonly kind: 'recreated'; readonly place: StreamPlace };

/** The place in a stream that was never read. */
export const NEVER_READ: StreamPlace = { cursor: STREAM_START, floor: null, entriesRead: 0n, previous: STREAM_START };

/**
 * Judges a stream (null: it does not exist) by the place up to which it was ingested (null: it never was). Every entry ever added
 * was read, is unread, or is lost. So when it is certain how many are unread, the number of lost ones follows. A loss between
 * entries that still exist is found only after all existing entries were read.
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
  // In one and the same stream the first id never falls: trimming only raises it, and no id is used twice.
  if (isBefore(seen.firstId === null ? lastId : idOf(seen.firstId), idOf(floor))) return true;
  return entriesRead !== null && seen.added < entriesRead + unreadOf(seen, idOf(cursor)).least;
}

/** How many entries come after the cursor: an exact number, or a range while the cursor is between the first and the last entry. */
function unreadOf({ firstId, lastHeldId, length }: SeenStream, cursor: EntryId): { readonly least: bigint; readonly most: bigint } {
  if (!isBefore(cursor, idOf(lastHeldId))) return { least: 0n, most: 0n };
  if (isBefore(cursor, idOf(firstId))) return { least: length, most: length };
  // At least the last entry is unread. An empty stream has none unread, even if it reports ids.
  return length === 0n ? { least: 0n, most: 0n } : { least: 1n, most: length - 1n };
}

function isBefore(a: EntryId, b: EntryId): boolean {
  return compareEntryIds(a, b) < 0;
}

function laterOf(a: string, b: string): string {
  return isBefore(idOf(a), idOf(b)) ? b : a;
}

// A text that is not an id counts as before all ids, so that no entry is left unread.
function idOf(text: string | null): EntryId {
  return parseEntryId(text ?? STREAM_START) ?? { ms: 0n, seq: 0n };
}
