import type { JobStreamName, StreamPlace } from '@galaxy/domain';
import type { JobCursors } from '@galaxy/manager-ports';

/** Up to where both streams were ingested. */
export type StreamPlaces = Readonly<Record<JobStreamName, StreamPlace>>;

/** The ids after which to read. */
export function cursorsOf(places: StreamPlaces): JobCursors {
  return { start_jobs: places.start_jobs.cursor, stop_jobs: places.stop_jobs.cursor };
}
