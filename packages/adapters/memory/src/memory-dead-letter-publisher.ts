import type { DeadLetterPublisher, NumberedDeadLetter, PublishOutcome } from '@galaxy/ports';
import { encodeDeadLetter, rawEntry, STREAM_KEYS } from '@galaxy/wire';
import type { MemoryStreams } from './memory-streams.js';

/** Publishes dead letters on a {@link MemoryStreams}. */
export class MemoryDeadLetterPublisher implements DeadLetterPublisher {
  readonly #streams: MemoryStreams;

  constructor(streams: MemoryStreams) {
    this.#streams = streams;
  }

  async publish({ lane, number, letter }: NumberedDeadLetter): Promise<PublishOutcome> {
    return this.#streams.appendNumbered(STREAM_KEYS.deadLetters, { lane, number, entry: rawEntry(encodeDeadLetter(letter)) });
  }
}
