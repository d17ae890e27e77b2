import type { JobResult, JobResultPublisher } from '@galaxy/ports';
import { validateJobResult } from '@galaxy/ports';
import { encodeJobResult, STREAM_KEYS } from '@galaxy/wire';

import { publishOnce } from './publish-once.js';
import type { UntilAnsweredOptions } from './until-answered.js';

/** What a {@link RedisJobResultPublisher} is built from. */
export interface RedisJobResultPublisherOptions extends UntilAnsweredOptions {
  readonly jobResultsKey?: string;
}

/**
 * Publishes job results on a Redis Stream by {@link publishOnce}: one call is one entry. It keeps no numbers per game; the service
 * itself publishes by RedisNumberedResultPublisher, whose calls may be repeated after a crash.
 */
export class RedisJobResultPublisher implements JobResultPublisher {
  readonly #options: RedisJobResultPublisherOptions;

  constructor(options: RedisJobResultPublisherOptions) {
    this.#options = options;
  }

  async publish(result: JobResult): Promise<void> {
    validateJobResult(result);
    const { jobResultsKey = STREAM_KEYS.jobResults } = this.#options;
    await publishOnce(this.#options, jobResultsKey, encodeJobResult(result));
  }
}
