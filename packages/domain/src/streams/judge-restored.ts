import { isIdAfter, STREAM_START } from './entry-id.js';
import type { StreamPlace } from './stream-place.js';

/** How far the work is by the store, and how far it is by the traces on the streams' server. */
export interface DoneSoFar {
  /** Per stream: the store's place (null: never read), the mirror of the cursor beside the stream, and the stream's highest id ever. */
  readonly streams: readonly {
    readonly stream: string;
    readonly place: Pick<StreamPlace, 'cursor' | 'previous'> | null;
    readonly mirror: string | null;
    readonly lastId: string | null;
  }[];
  /** The highest outbox id of the store. */
  readonly lastOutboxId: bigint;
  /** The highest outbox id that was ever published. */
  readonly publishedOutboxId: bigint;
}

/**
 * Returns the evidence that the store is behind the work that was done: it was restored from a backup, or it is a new database with
 * an old streams server. Empty when there is none.
 */
export function judgeRestored({ streams, lastOutboxId, publishedOutboxId }: DoneSoFar): string[] {
  const behind = streams.filter(isBehind).map(({ stream, place, mirror }) => {
    return `${stream} was ingested up to ${String(mirror)}, but the last ingested entry in the database is ${String(place?.cursor)}`;
  });
  if (publishedOutboxId <= lastOutboxId) return behind;
  return [...behind, `message ${String(publishedOutboxId)} was published, but the last message in the database is ${String(lastOutboxId)}`];
}

// Three mirrors are no evidence. Without a place, the store takes it from the mirror, which an earlier service may have left there.
// A mirror above the stream's highest id belongs to a previous stream under that key. So may a mirror up to the store's cursor in
// the previous stream, since a mirror may be written late.
function isBehind({ place, mirror, lastId }: DoneSoFar['streams'][number]): boolean {
  if (place === null || mirror === null) return false;
  return isIdAfter(mirror, place.cursor) && isIdAfter(mirror, place.previous) && !isIdAfter(mirror, lastId ?? STREAM_START);
}
