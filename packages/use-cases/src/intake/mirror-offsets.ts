import { type JobStreamName, STREAM_START } from '@galaxy/domain';
import type { JobCursors, Observer } from '@galaxy/manager-ports';
import type { StreamOffsetLabel, StreamOffsetStore } from '@galaxy/ports';

/** The label in the offset store for each stream. */
export const OFFSET_LABELS = { start_jobs: 'startjobs', stop_jobs: 'stopjobs' } as const satisfies Record<JobStreamName, StreamOffsetLabel>;

export interface MirrorDeps {
  readonly offsets: StreamOffsetStore;
  readonly observer: Observer;
}

/** Copies the cursors to the offset store, for people and other tools. The journal's cursors decide, so a failure is only reported. */
export async function mirrorOffsets(cursors: JobCursors, { offsets, observer }: MirrorDeps): Promise<void> {
  try {
    for (const name of ['start_jobs', 'stop_jobs'] as const) {
      if (cursors[name] !== STREAM_START) await offsets.save(OFFSET_LABELS[name], cursors[name]);
    }
  } catch (error) {
    observer.observe({ kind: 'offset_mirror_failed', error });
  }
}
