/** The id of a Redis Stream entry, `milliseconds-sequence`: two unsigned 64-bit integers, so never JavaScript numbers. */
export interface EntryId {
  readonly ms: bigint;
  readonly seq: bigint;
}

/** The position before the first entry of any stream. */
export const STREAM_START = '0-0';

const SHAPE = /^(\d{1,20})-(\d{1,20})$/;
const MAX = 2n ** 64n - 1n;

/** Parses `ms-seq`; null when the text is not an entry id. https://redis.io/docs/latest/develop/data-types/streams/#entry-ids */
export function parseEntryId(text: string): EntryId | null {
  const parts = SHAPE.exec(text);
  if (parts === null) return null;
  const ms = BigInt(parts[1] ?? '');
  const seq = BigInt(parts[2] ?? '');
  return ms > MAX || seq > MAX ? null : { ms, seq };
}

/** Compares two ids: negative when `a` comes first, 0 when they are equal. */
export function compareEntryIds(a: EntryId, b: EntryId): number {
  if (a.ms !== b.ms) return a.ms < b.ms ? -1 : 1;
  if (a.seq !== b.seq) return a.seq < b.seq ? -1 : 1;
  return 0;
}

/** Whether `id` comes after `other`; false when one of them is not an entry id. */
export function isIdAfter(id: string, other: string): boolean {
  const [a, b] = [parseEntryId(id), parseEntryId(other)];
  return a !== null && b !== null && compareEntryIds(a, b) > 0;
}
