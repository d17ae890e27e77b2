import type { StopReason } from '@galaxy/domain';
import type { RuntimeManager } from '@galaxy/ports';
import { newStartJob, newStopJob, STREAM_KEYS } from '@galaxy/wire';
import type { PublishOnceOptions } from './publish-once.js';
import { publishOnce } from './publish-once.js';

/** What a {@link RedisRuntimeManager} is built from. */
export interface RedisRuntimeManagerOptions extends PublishOnceOptions {
  readonly startJobsKey?: string;
  readonly stopJobsKey?: string;
}

/** Publishes runtime jobs on Redis Streams by {@link publishOnce}: one call is one event. */
export class RedisRuntimeManager implements RuntimeManager {
  readonly #options: RedisRuntimeManagerOptions;

  constructor(options: RedisRuntimeManagerOptions) {
    this.#options = options;
  }

  async publishStartJob(gameId: string, imageRef: string): Promise<void> {
    const { startJobsKey = STREAM_KEYS.startJobs } = this.#options;
    await publishOnce(this.#options, startJobsKey, newStartJob(gameId, imageRef, BigInt(Date.now())));
  }

  async publishStopJob(gameId: string, reason: StopReason): Promise<void> {
    const { stopJobsKey = STREAM_KEYS.stopJobs } = this.#options;
    await publishOnce(this.#options, stopJobsKey, newStopJob(gameId, reason, BigInt(Date.now())));
  }
}
