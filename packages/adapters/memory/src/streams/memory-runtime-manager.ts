import type { StopReason } from '@galaxy/domain';
import type { RuntimeManager } from '@galaxy/ports';
import { newStartJob, newStopJob, rawEntry, STREAM_KEYS } from '@galaxy/wire';
import type { MemoryStreams } from './memory-streams.js';

/** Publishes runtime jobs on a {@link MemoryStreams}. */
export class MemoryRuntimeManager implements RuntimeManager {
  readonly #streams: MemoryStreams;

  constructor(streams: MemoryStreams) {
    this.#streams = streams;
  }

  async publishStartJob(gameId: string, imageRef: string): Promise<void> {
    this.#streams.append(STREAM_KEYS.startJobs, rawEntry(newStartJob(gameId, imageRef, BigInt(Date.now()))));
  }

  async publishStopJob(gameId: string, reason: StopReason): Promise<void> {
    this.#streams.append(STREAM_KEYS.stopJobs, rawEntry(newStopJob(gameId, reason, BigInt(Date.now()))));
  }
}
