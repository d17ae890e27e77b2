import type { StopReason } from '@galaxy/domain';
import type { JobStreamName, PublishedJob, PublishOptions, RuntimeManager, WasPublished } from '@galaxy/ports';
import type { StartJobPayload, StopJobPayload } from '@galaxy/wire';
import { newStartJob, newStopJob, STREAM_KEYS } from '@galaxy/wire';
import { publishWithId, wasPublished } from './publish-ids.js';
import { publishOnce } from './publish-once.js';
import type { UntilAnsweredOptions } from './until-answered.js';

/** What a {@link RedisRuntimeManager} is built from. In a Redis Cluster both keys need one hash tag. */
export interface RedisRuntimeManagerOptions extends UntilAnsweredOptions {
  readonly startJobsKey?: string;
  readonly stopJobsKey?: string;
}

/** Publishes runtime jobs on Redis Streams: by {@link publishOnce} one call is one event, by {@link publishWithId} one id is. */
export class RedisRuntimeManager implements RuntimeManager {
  readonly #options: UntilAnsweredOptions;
  readonly #keys: Readonly<Record<JobStreamName, string>>;

  constructor({ startJobsKey = STREAM_KEYS.startJobs, stopJobsKey = STREAM_KEYS.stopJobs, ...options }: RedisRuntimeManagerOptions) {
    this.#options = options;
    this.#keys = { start_jobs: startJobsKey, stop_jobs: stopJobsKey };
  }

  async publishStartJob(gameId: string, imageRef: string, options: PublishOptions = {}): Promise<PublishedJob> {
    return this.#publish('start_jobs', newStartJob(gameId, imageRef, BigInt(Date.now())), options);
  }

  async publishStopJob(gameId: string, reason: StopReason, options: PublishOptions = {}): Promise<PublishedJob> {
    return this.#publish('stop_jobs', newStopJob(gameId, reason, BigInt(Date.now())), options);
  }

  async wasPublished(id: string, since: Date): Promise<WasPublished> {
    return wasPublished({ ...this.#options, startJobsKey: this.#keys.start_jobs }, id, since);
  }

  async #publish(stream: JobStreamName, payload: StartJobPayload | StopJobPayload, { id }: PublishOptions): Promise<PublishedJob> {
    const key = this.#keys[stream];
    if (id === undefined) return { stream, entryId: await publishOnce(this.#options, key, payload) };
    return publishWithId({ ...this.#options, startJobsKey: this.#keys.start_jobs }, { id, stream, key, payload });
  }
}
