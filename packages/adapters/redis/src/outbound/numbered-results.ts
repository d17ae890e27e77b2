import type { NumberedJobResult, NumberedResultPublisher, PublishOutcome, PublishStamp } from '@galaxy/manager-ports';
import { validateJobResult } from '@galaxy/ports';
import { encodeJobResult, STREAM_KEYS } from '@galaxy/wire';
import type { RedisConnection } from '../connection/redis-connection.js';
import { RedisNumberedStream } from './numbered-stream.js';

/** Publishes job results on a Redis Stream. A lane is a game. */
export class RedisNumberedResultPublisher extends RedisNumberedStream implements NumberedResultPublisher {
  constructor({ commands, jobResultsKey }: { readonly commands: RedisConnection; readonly jobResultsKey?: string }) {
    super(commands, jobResultsKey ?? STREAM_KEYS.jobResults);
  }

  async publish({ number, result }: NumberedJobResult, stamp: PublishStamp): Promise<PublishOutcome> {
    validateJobResult(result);
    return this.append({ lane: result.gameId, number, payload: encodeJobResult(result) }, stamp);
  }
}
