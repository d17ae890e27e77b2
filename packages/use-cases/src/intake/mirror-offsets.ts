import { type JobStreamName, STREAM_START } from '@galaxy/domain';
import type { JobCursors, Observer } from '@galaxy/manager-ports';
import type { StreamOffsetLabel, StreamOffsetStore } from '@galaxy/ports';

/** The label under which each stream's offset is mirrored. */
export const OFFSET_LABELS = { start_jobs: 'startjobs', stop_jobs: 'stopjobs' } as const satisfies Record<JobStreamName, StreamOffsetLabel>;

/** What mirrors the cursors. */
export interface MirrorDeps {
  readonly offsets: StreamOffsetStore;
  readonly observer: Observer;
}

/** Mirrors the cursors for people and other tools: the journal has the truth, so a failure loses nothing and is only told. */
export async function mirrorOffsets(cursors: JobCursors, { offsets, observer }: MirrorDeps): Promise<void> {
  try {
    for (const name of ['start_jobs', 'stop_jobs'] as const) {
      if (cursors[name] !== STREAM_START) await offsets.save(OFFSET_LABELS[name], cursors[name]);
    }
  } catch (error) {
    observer.observe({ kind: 'offset_mirror_failed', error });
  }
}
