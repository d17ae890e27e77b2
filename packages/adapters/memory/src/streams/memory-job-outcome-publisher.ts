import type { JobOutcomePublisher, NumberedJobOutcome, PublishOutcome, PublishStamp } from '@galaxy/manager-ports';
import { encodeJobOutcome, rawEntry, STREAM_KEYS } from '@galaxy/wire';
import { MemoryNumberedStream } from './memory-numbered-stream.js';
import type { MemoryStreams } from './memory-streams.js';

/** Publishes named outcomes on a {@link MemoryStreams}. */
export class MemoryJobOutcomePublisher extends MemoryNumberedStream implements JobOutcomePublisher {
  constructor(streams: MemoryStreams) {
    super(streams, STREAM_KEYS.jobOutcomes);
  }

  async publish({ number, outcome }: NumberedJobOutcome, stamp: PublishStamp): Promise<PublishOutcome> {
    return this.append({ lane: outcome.result.gameId, number, entry: rawEntry(encodeJobOutcome(outcome)) }, stamp);
  }
}
