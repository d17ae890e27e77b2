import type { StreamEntry } from '@galaxy/adapter-redis';
import { RedisConnection, tailStream } from '@galaxy/adapter-redis';
import { parseEntryId } from '@galaxy/domain';
import type { JobResult } from '@galaxy/ports';
import { InvalidInputError } from '@galaxy/ports';
import { decodeJobResult, rawJson, STREAM_KEYS } from '@galaxy/wire';
import type { RedisServer } from './redis-server.js';
import { serverOf } from './redis-server.js';

/** What {@link readJobResults} takes. */
export type ReadJobResultsOptions = RedisServer & {
  /** The id of the last entry you have dealt with; `0-0` for none. */
  readonly after: string;
  /** Ends the reading. */
  readonly signal: AbortSignal;
  /** The key of the stream, where it is not `runtime:job_results`. */
  readonly key?: string;
};

/** One entry of the result stream. Keep `entryId` once you have dealt with it: it is where you go on after a restart. */
export type JobResultEntry =
  | { readonly kind: 'result'; readonly entryId: string; readonly result: JobResult }
  | {
      readonly kind: 'undecodable';
      readonly entryId: string;
      /** Why it is no result. */
      readonly undecodable: string;
      /** JSON of the entry as it is: an array of `[field, value]`, both base64. */
      readonly raw: string;
    };

/**
 * Gives every job result after an entry, in order, and waits for more, over a connection of its own. Results of one game
 * come in the order of its jobs, which is how they are matched. Goes on by itself after lost connections and restarts of
 * Redis, and never skips; what the runtime manager never wrote, as an entry that can't be decoded, is given as such. Ends
 * when the signal aborts or the loop is left, and closes its connection then.
 * @throws InvalidInputError when `after` is no entry id (`$` would skip), or for a wrong server.
 * @throws DependencyFault that is not retryable, out of the loop, when Redis refuses for good (wrong password, wrong type).
 */
export function readJobResults(options: ReadJobResultsOptions): AsyncGenerator<JobResultEntry, void, undefined> {
  if (parseEntryId(options.after) === null)
    throw new InvalidInputError(`read job results: ${JSON.stringify(options.after)} is no entry id`);
  return resultEntries(options, serverOf(options));
}

async function* resultEntries(
  { key = STREAM_KEYS.jobResults, after, signal }: ReadJobResultsOptions,
  server: ReturnType<typeof serverOf>,
): AsyncGenerator<JobResultEntry, void, undefined> {
  const reader = new RedisConnection({ server, role: 'reader' });
  try {
    for await (const entry of tailStream(reader, { key, after, signal })) yield resultEntry(entry);
  } finally {
    reader.close();
  }
}

function resultEntry({ entryId, entry }: StreamEntry): JobResultEntry {
  const decoded = decodeJobResult(entry);
  if (decoded.kind === 'result') return { kind: 'result', entryId, result: decoded.result };
  return { kind: 'undecodable', entryId, undecodable: decoded.refusal, raw: rawJson(entry) };
}
