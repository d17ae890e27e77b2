/** Which job stream an offset belongs to. It is the last part of the key `runtime:stream_offsets:{label}` in Redis. */
export type StreamOffsetLabel = 'startjobs' | 'stopjobs';

/**
 * Keeps one text per job stream: the id of the last entry that was read into the queue. The manager keeps the offset that counts
 * in PostgreSQL; this store is a copy that it reads only when PostgreSQL has none.
 *
 * @example
 * ```ts
 * import type { StreamOffsetStore } from '@galaxy/ports';
 *
 * export async function resume(offsets: StreamOffsetStore): Promise<string> {
 *   return (await offsets.load('startjobs')) ?? '0-0';
 * }
 * ```
 */
export interface StreamOffsetStore {
  /**
   * The entry id that was saved last for the label, exactly as it was given (`1714329600000-0`). Null when none was ever saved:
   * read from `0-0` then.
   * @throws DependencyFault when the store does not answer or refuses.
   */
  load(label: StreamOffsetLabel): Promise<string | null>;

  /**
   * Saves an entry id in place of the one before, whether it is larger or smaller. Each label has its own. When the call returned,
   * `load` gives this id, also after a crash of this process. Repeating is safe. The id is not checked.
   * @throws DependencyFault when the store does not answer or refuses. With `effect: 'unknown'` the id may be saved: save again.
   */
  save(label: StreamOffsetLabel, entryId: string): Promise<void>;
}
