import type { JobResult, JobResultPublisher } from '@galaxy/ports';
import { validateJobResult } from '@galaxy/ports';
import { encodeJobResult, rawEntry, STREAM_KEYS } from '@galaxy/wire';
import type { MemoryStreams } from './memory-streams.js';

/** Publishes job results on a {@link MemoryStreams}, one entry per call and without numbers. */
export class MemoryJobResultPublisher implements JobResultPublisher {
  readonly #streams: MemoryStreams;

  constructor(streams: MemoryStreams) {
    this.#streams = streams;
  }

  async publish(result: JobResult): Promise<void> {
    validateJobResult(result);
    this.#streams.append(STREAM_KEYS.jobResults, rawEntry(encodeJobResult(result)));
  }
}
