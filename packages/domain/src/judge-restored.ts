import { isIdAfter, STREAM_START } from './entry-id.js';
import type { StreamPlace } from './stream-place.js';

/** What the store says was done, and what the streams' server shows was done. */
export interface DoneSoFar {
  /** Per stream the store's place (null: never read), the cursor's mirror beside the stream, and the highest id the stream gave out. */
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
 * What shows that the store is behind what was already done: it was restored to an earlier state, or is a new one beside
 * an old server of streams. Empty when nothing does. Total.
 */
export function judgeRestored({ streams, lastOutboxId, publishedOutboxId }: DoneSoFar): string[] {
  const behind = streams.filter(isBehind).map(({ stream, place, mirror }) => {
    return `${stream} was taken in up to ${String(mirror)}, the database knows up to ${String(place?.cursor)}`;
  });
  if (publishedOutboxId <= lastOutboxId) return behind;
  return [...behind, `message ${String(publishedOutboxId)} was published, the database knows up to ${String(lastOutboxId)}`];
}

// A store that never read takes its place from the mirror, which an earlier service may have left there. And a mirror that
// the stream itself has not reached is of an earlier stream under that key; so may be one up to which the store remembers
// to have read such a stream, as a mirror may be written late.
function isBehind({ place, mirror, lastId }: DoneSoFar['streams'][number]): boolean {
  if (place === null || mirror === null) return false;
  return isIdAfter(mirror, place.cursor) && isIdAfter(mirror, place.previous) && !isIdAfter(mirror, lastId ?? STREAM_START);
}
