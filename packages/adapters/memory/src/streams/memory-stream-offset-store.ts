import type { StreamOffsetLabel, StreamOffsetStore } from '@galaxy/ports';
import type { MemoryStreams } from './memory-streams.js';

const keyOf = (label: StreamOffsetLabel) => `runtime:stream_offsets:${label}`;

/** Keeps stream offsets in a {@link MemoryStreams}. */
export class MemoryStreamOffsetStore implements StreamOffsetStore {
  readonly #streams: MemoryStreams;

  constructor(streams: MemoryStreams) {
    this.#streams = streams;
  }

  async load(label: StreamOffsetLabel): Promise<string | null> {
    return this.#streams.load(keyOf(label));
  }

  async save(label: StreamOffsetLabel, entryId: string): Promise<void> {
    this.#streams.save(keyOf(label), entryId);
  }
}
