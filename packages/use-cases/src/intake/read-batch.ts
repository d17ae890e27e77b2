import type { JobReads, JobStream, Observer } from '@galaxy/manager-ports';
import { cursorsOf, type StreamPlaces } from './stream-places.js';

export interface BatchDeps {
  readonly stream: Pick<JobStream, 'read'>;
  readonly observer: Observer;
  /** At most this many entries of each stream per read. */
  readonly batch: number;
}

/**
 * Makes a reader that halves its batch after each failed read, down to one entry: large entries may not arrive within the deadline
 * of one read. Each successful read doubles the batch again, up to `batch`.
 */
export function makeBatchReader({ stream, observer, batch: most }: BatchDeps): (places: StreamPlaces) => Promise<JobReads> {
  let batch = most;
  return async (places) => {
    try {
      const reads = await stream.read(cursorsOf(places), batch);
      batch = Math.min(most, batch * 2);
      return reads;
    } catch (error) {
      if (batch > 1) {
        batch = Math.floor(batch / 2);
        observer.observe({ kind: 'read_reduced', batch, error });
      }
      throw error;
    }
  };
}
