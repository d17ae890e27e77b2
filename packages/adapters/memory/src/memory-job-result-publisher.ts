import type { JobResultPublisher, NumberedJobResult, PublishOutcome } from '@galaxy/ports';
import { validateJobResult } from '@galaxy/ports';
import { encodeJobResult, rawEntry, STREAM_KEYS } from '@galaxy/wire';
import type { MemoryStreams } from './memory-streams.js';

/** Publishes job results on a {@link MemoryStreams}. */
export class MemoryJobResultPublisher implements JobResultPublisher {
  readonly #streams: MemoryStreams;

  constructor(streams: MemoryStreams) {
    this.#streams = streams;
  }

  async publish({ number, result }: NumberedJobResult): Promise<PublishOutcome> {
    validateJobResult(result);
    const entry = rawEntry(encodeJobResult(result));
    return this.#streams.appendNumbered(STREAM_KEYS.jobResults, { lane: result.gameId, number, entry });
  }
}
