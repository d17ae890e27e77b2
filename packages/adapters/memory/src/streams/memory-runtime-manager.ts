import type { StopReason } from '@galaxy/domain';
import type { JobStreamName, PublishedJob, PublishOptions, RuntimeManager, WasPublished } from '@galaxy/ports';
import { mayBeForgotten, PUBLISH_ID_REMEMBERED_MS, PublishIdConflictError, validatePublishId } from '@galaxy/ports';
import type { StartJobPayload, StopJobPayload } from '@galaxy/wire';
import {
  jobDigest,
  knownPublishText,
  newStartJob,
  newStopJob,
  parseKnownPublish,
  publishIdKey,
  rawEntry,
  STREAM_KEYS,
  WITHDRAWN,
} from '@galaxy/wire';
import type { MemoryStreams } from './memory-streams.js';

const KEYS: Readonly<Record<JobStreamName, string>> = { start_jobs: STREAM_KEYS.startJobs, stop_jobs: STREAM_KEYS.stopJobs };

/** Publishes runtime jobs on a {@link MemoryStreams}. */
export class MemoryRuntimeManager implements RuntimeManager {
  readonly #streams: MemoryStreams;

  constructor(streams: MemoryStreams) {
    this.#streams = streams;
  }

  async publishStartJob(gameId: string, imageRef: string, options: PublishOptions = {}): Promise<PublishedJob> {
    return this.#publish('start_jobs', newStartJob(gameId, imageRef, BigInt(Date.now())), options);
  }

  async publishStopJob(gameId: string, reason: StopReason, options: PublishOptions = {}): Promise<PublishedJob> {
    return this.#publish('stop_jobs', newStopJob(gameId, reason, BigInt(Date.now())), options);
  }

  async wasPublished(id: string, since: Date): Promise<WasPublished> {
    validatePublishId(id);
    const forgotten = mayBeForgotten(since, this.#streams.nowMs());
    const known = this.#known(id);
    if (known?.kind === 'published') return { kind: 'published', ...known.job };
    if (known === null && forgotten) return { kind: 'unknown' };
    if (known === null) this.#remember(id, WITHDRAWN);
    return { kind: 'not_published' };
  }

  #publish(stream: JobStreamName, payload: StartJobPayload | StopJobPayload, { id }: PublishOptions): PublishedJob {
    if (id === undefined) return this.#append(stream, payload);
    validatePublishId(id);
    const digest = jobDigest(payload);
    const known = this.#known(id);
    if (known === null) {
      const job = this.#append(stream, payload);
      this.#remember(id, knownPublishText(job, digest));
      return job;
    }
    if (known.kind === 'withdrawn') throw new PublishIdConflictError(id, 'withdrawn');
    if (known.digest !== digest) throw new PublishIdConflictError(id, 'other_job');
    return known.job;
  }

  #append(stream: JobStreamName, payload: StartJobPayload | StopJobPayload): PublishedJob {
    return { stream, entryId: this.#streams.append(KEYS[stream], rawEntry(payload)) };
  }

  #known(id: string) {
    const text = this.#streams.loadKept(publishIdKey(KEYS.start_jobs, id));
    return text === null ? null : parseKnownPublish(text);
  }

  #remember(id: string, text: string): void {
    this.#streams.keep(publishIdKey(KEYS.start_jobs, id), text, PUBLISH_ID_REMEMBERED_MS);
  }
}
