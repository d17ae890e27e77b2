import type { JobOutcome as NamedOutcome } from '@galaxy/wire';
import { decodeJobOutcome, STREAM_KEYS } from '@galaxy/wire';
import type { ReadEntriesOptions, ReadEntry, UndecodableEntry } from './read-entries.js';
import { readEntries, undecodable } from './read-entries.js';

/** What {@link readJobOutcomes} takes. The default of `key` is `runtime:job_outcomes`. */
export type ReadJobOutcomesOptions = ReadEntriesOptions;

/** One entry of the stream of outcomes. Keep `entryId` once you have dealt with it: it is where you go on after a restart. */
export type JobOutcomeEntry = { readonly kind: 'outcome'; readonly entryId: string; readonly outcome: NamedOutcome } | UndecodableEntry;

/**
 * Gives every outcome after an entry, in order, and waits for more, over a connection of its own. An outcome names its job by
 * `jobStream` (a key) and `jobEntryId`, so nothing has to be counted. Otherwise as `readJobResults`. The runtime manager
 * writes this stream only with `RTMANAGER_JOB_OUTCOMES=on`; without it nothing comes.
 * @throws InvalidInputError when `after` is no entry id (`$` would skip), or for a wrong server.
 * @throws DependencyFault that is not retryable, out of the loop, when Redis refuses for good (wrong password, wrong type).
 */
export function readJobOutcomes(options: ReadJobOutcomesOptions): AsyncGenerator<JobOutcomeEntry, void, undefined> {
  const { key = STREAM_KEYS.jobOutcomes } = options;
  return readEntries('read job outcomes', { ...options, key }, outcomeEntry);
}

function outcomeEntry(read: ReadEntry): JobOutcomeEntry {
  const decoded = decodeJobOutcome(read.entry);
  if (decoded.kind === 'refused') return undecodable(read, decoded.refusal);
  return { kind: 'outcome', entryId: read.entryId, outcome: decoded.outcome };
}
