import type { EntryRequeue } from '@galaxy/manager-ports';
import { parseRawJson } from '@galaxy/wire';
import type { MemoryStreams } from './memory-streams.js';

/** Puts entries back into the streams of a {@link MemoryStreams}. */
export class MemoryEntryRequeue implements EntryRequeue {
  readonly #streams: MemoryStreams;

  constructor(streams: MemoryStreams) {
    this.#streams = streams;
  }

  async requeue(entry: { readonly stream: string; readonly raw: string; readonly once: string }): Promise<{ readonly entryId: string }> {
    return { entryId: this.#streams.appendOnce(entry.stream, entry.once, parseRawJson(entry.raw)) };
  }
}
