import type { JobResult } from '@galaxy/ports';
import { decodeJobResult, STREAM_KEYS } from '@galaxy/wire';
import type { MemoryStreams } from './memory-streams.js';

const LOOK_AGAIN_MS = 2000;

/** One published result as a consumer sees it. */
export interface SeenJobResult {
  readonly entryId: string;
  readonly result: JobResult;
}

/**
 * Yields the job results of a {@link MemoryStreams} after an entry id, in order, as the Lobby would read them. Skips entries that are not
 * results. Ends when the signal aborts.
 * @throws DependencyFault while the streams are unreachable.
 */
export async function* readMemoryJobResults(
  streams: MemoryStreams,
  options: { readonly after: string; readonly signal: AbortSignal },
): AsyncGenerator<SeenJobResult, void, undefined> {
  let { after } = options;
  const aborted = (): boolean => options.signal.aborted;
  while (!aborted()) {
    await streams.arrival({ [STREAM_KEYS.jobResults]: after }, LOOK_AGAIN_MS, options.signal);
    for (const { entryId, entry } of streams.after(STREAM_KEYS.jobResults, after)) {
      if (aborted()) return;
      after = entryId;
      const decoded = decodeJobResult(entry);
      if (decoded.kind === 'result') yield { entryId, result: decoded.result };
    }
  }
}
