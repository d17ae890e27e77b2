import type { JobStreamName } from '@galaxy/domain';
import type { StreamOffsetLabel } from '@galaxy/ports';

/** The label under which each stream's offset is mirrored. */
export const OFFSET_LABELS = { start_jobs: 'startjobs', stop_jobs: 'stopjobs' } as const satisfies Record<JobStreamName, StreamOffsetLabel>;
