import type { JobResult } from '@galaxy/ports';
import { decodeJobResult, STREAM_KEYS } from '@galaxy/wire';
import type { ReadEntriesOptions, ReadEntry, UndecodableEntry } from './read-entries.js';
import { readEntries, undecodable } from './read-entries.js';

/** What {@link readJobResults} takes. The default of `key` is `runtime:job_results`. */
export type ReadJobResultsOptions = ReadEntriesOptions;

/** One entry of the result stream. Keep `entryId` once you have dealt with it: it is where you go on after a restart. */
export type JobResultEntry = { readonly kind: 'result'; readonly entryId: string; readonly result: JobResult } | UndecodableEntry;

/**
 * Gives every job result after an entry, in order, and waits for more, over a connection of its own. Results of one game
 * come in the order of its jobs, which is how they are matched. Goes on by itself after lost connections and restarts of
 * Redis, and never skips; what the runtime manager never wrote, as an entry that can't be decoded, is given as such. Ends
 * when the signal aborts or the loop is left, and closes its connection then.
 * @throws InvalidInputError when `after` is no entry id (`$` would skip), or for a wrong server.
 * @throws DependencyFault that is not retryable, out of the loop, when Redis refuses for good (wrong password, wrong type).
 */
export function readJobResults(options: ReadJobResultsOptions): AsyncGenerator<JobResultEntry, void, undefined> {
  const { key = STREAM_KEYS.jobResults } = options;
  return readEntries('read job results', { ...options, key }, resultEntry);
}

function resultEntry(read: ReadEntry): JobResultEntry {
  const decoded = decodeJobResult(read.entry);
  if (decoded.kind === 'refused') return undecodable(read, decoded.refusal);
  return { kind: 'result', entryId: read.entryId, result: decoded.result };
}
