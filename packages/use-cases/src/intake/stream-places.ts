import type { JobStreamName, StreamPlace } from '@galaxy/domain';
import type { JobCursors } from '@galaxy/manager-ports';

/** The place in each stream up to which it was ingested. */
export type StreamPlaces = Readonly<Record<JobStreamName, StreamPlace>>;

/** The entry ids after which to read next. */
export function cursorsOf(places: StreamPlaces): JobCursors {
  return { start_jobs: places.start_jobs.cursor, stop_jobs: places.stop_jobs.cursor };
}
