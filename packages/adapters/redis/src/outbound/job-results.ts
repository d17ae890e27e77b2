import type { JobResultPublisher, NumberedJobResult, PublishOutcome } from '@galaxy/ports';
import { validateJobResult } from '@galaxy/ports';
import { encodeJobResult, STREAM_KEYS } from '@galaxy/wire';
import type { RedisConnection } from '../redis-connection.js';
import { publishNumbered } from './publish-numbered.js';

/** Publishes job results on a Redis Stream; the last number per game is kept in the hash `{key}:published`. */
export class RedisJobResultPublisher implements JobResultPublisher {
  readonly #commands: RedisConnection;
  readonly #key: string;

  constructor({ commands, jobResultsKey }: { readonly commands: RedisConnection; readonly jobResultsKey?: string }) {
    this.#commands = commands;
    this.#key = jobResultsKey ?? STREAM_KEYS.jobResults;
  }

  async publish({ number, result }: NumberedJobResult): Promise<PublishOutcome> {
    validateJobResult(result);
    return publishNumbered(this.#commands, this.#key, { lane: result.gameId, number, payload: encodeJobResult(result) });
  }
}
