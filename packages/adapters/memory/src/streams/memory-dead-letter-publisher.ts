import type { DeadLetterPublisher, NumberedDeadLetter, PublishOutcome, PublishStamp } from '@galaxy/manager-ports';
import { encodeDeadLetter, rawEntry, STREAM_KEYS } from '@galaxy/wire';
import { MemoryNumberedStream } from './memory-numbered-stream.js';
import type { MemoryStreams } from './memory-streams.js';

/** Publishes dead letters on a {@link MemoryStreams}. */
export class MemoryDeadLetterPublisher extends MemoryNumberedStream implements DeadLetterPublisher {
  constructor(streams: MemoryStreams) {
    super(streams, STREAM_KEYS.deadLetters);
  }

  async publish({ lane, number, letter }: NumberedDeadLetter, stamp: PublishStamp): Promise<PublishOutcome> {
    return this.append({ lane, number, entry: rawEntry(encodeDeadLetter(letter)) }, stamp);
  }
}
