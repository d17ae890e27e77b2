import type { JobOutcomePublisher, NumberedJobOutcome, PublishOutcome, PublishStamp } from '@galaxy/manager-ports';
import { encodeJobOutcome, STREAM_KEYS } from '@galaxy/wire';
import type { RedisConnection } from '../connection/redis-connection.js';
import { RedisNumberedStream } from './numbered-stream.js';

/** Publishes named outcomes on a Redis Stream. A lane is a game. */
export class RedisJobOutcomePublisher extends RedisNumberedStream implements JobOutcomePublisher {
  constructor({ commands, jobOutcomesKey }: { readonly commands: RedisConnection; readonly jobOutcomesKey?: string }) {
    super(commands, jobOutcomesKey ?? STREAM_KEYS.jobOutcomes);
  }

  async publish({ number, outcome }: NumberedJobOutcome, stamp: PublishStamp): Promise<PublishOutcome> {
    return this.append({ lane: outcome.result.gameId, number, payload: encodeJobOutcome(outcome) }, stamp);
  }
}
