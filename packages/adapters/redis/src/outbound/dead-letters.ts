import type { DeadLetterPublisher, NumberedDeadLetter, PublishOutcome, PublishStamp } from '@galaxy/manager-ports';
import { encodeDeadLetter, STREAM_KEYS } from '@galaxy/wire';
import type { RedisConnection } from '../connection/redis-connection.js';
import { RedisNumberedStream } from './numbered-stream.js';

/** Publishes dead letters on a Redis Stream. */
export class RedisDeadLetterPublisher extends RedisNumberedStream implements DeadLetterPublisher {
  constructor({ commands, deadLettersKey }: { readonly commands: RedisConnection; readonly deadLettersKey?: string }) {
    super(commands, deadLettersKey ?? STREAM_KEYS.deadLetters);
  }

  async publish({ lane, number, letter }: NumberedDeadLetter, stamp: PublishStamp): Promise<PublishOutcome> {
    return this.append({ lane, number, payload: encodeDeadLetter(letter) }, stamp);
  }
}
