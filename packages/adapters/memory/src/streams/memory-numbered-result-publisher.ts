import type { NumberedJobResult, NumberedResultPublisher, PublishOutcome, PublishStamp } from '@galaxy/manager-ports';
import { validateJobResult } from '@galaxy/ports';
import { encodeJobResult, rawEntry, STREAM_KEYS } from '@galaxy/wire';
import { MemoryNumberedStream } from './memory-numbered-stream.js';
import type { MemoryStreams } from './memory-streams.js';

/** Publishes job results on a {@link MemoryStreams}. */
export class MemoryNumberedResultPublisher extends MemoryNumberedStream implements NumberedResultPublisher {
  constructor(streams: MemoryStreams) {
    super(streams, STREAM_KEYS.jobResults);
  }

  async publish({ number, result }: NumberedJobResult, stamp: PublishStamp): Promise<PublishOutcome> {
    validateJobResult(result);
    return this.append({ lane: result.gameId, number, entry: rawEntry(encodeJobResult(result)) }, stamp);
  }
}
