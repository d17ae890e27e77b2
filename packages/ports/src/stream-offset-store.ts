/** The label of each job stream's offset: the tail of its key `runtime:stream_offsets:{label}`. */
export type StreamOffsetLabel = 'startjobs' | 'stopjobs';

/**
 * Keeps the id of the last entry taken in per stream. For rtmanager this is a mirror of the cursor in PostgreSQL, read
 * only when PostgreSQL has none.
 * Both methods throw DependencyFault when the store does not answer.
 */
export interface StreamOffsetStore {
  /** The last saved entry id, or null when none was ever saved: read from `0-0` then. */
  load(label: StreamOffsetLabel): Promise<string | null>;

  /** Saves an entry id, replacing what was there. Repeating is safe. */
  save(label: StreamOffsetLabel, entryId: string): Promise<void>;
}
