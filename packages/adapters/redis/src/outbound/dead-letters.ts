import type { DeadLetterPublisher, NumberedDeadLetter, PublishOutcome } from '@galaxy/ports';
import { encodeDeadLetter, STREAM_KEYS } from '@galaxy/wire';
import type { RedisConnection } from '../redis-connection.js';
import { publishNumbered } from './publish-numbered.js';

/** Publishes dead letters on a Redis Stream; the last number per lane is kept in the hash `{key}:published`. */
export class RedisDeadLetterPublisher implements DeadLetterPublisher {
  readonly #commands: RedisConnection;
  readonly #key: string;

  constructor({ commands, deadLettersKey }: { readonly commands: RedisConnection; readonly deadLettersKey?: string }) {
    this.#commands = commands;
    this.#key = deadLettersKey ?? STREAM_KEYS.deadLetters;
  }

  async publish({ lane, number, letter }: NumberedDeadLetter): Promise<PublishOutcome> {
    return publishNumbered(this.#commands, this.#key, { lane, number, payload: encodeDeadLetter(letter) });
  }
}
