import type { EntryId } from './entry-id.js';
import { compareEntryIds } from './entry-id.js';

export type JobStreamName = 'start_jobs' | 'stop_jobs';

/** An entry that was read from one of the two job streams. */
export interface Arrival {
  readonly stream: JobStreamName;
  readonly id: EntryId;
}

/** The result of one read: per stream its entries in stream order, at most `limit` of each. */
export interface StreamReads<T extends Arrival> {
  readonly starts: readonly T[];
  readonly stops: readonly T[];
  /** The most entries that the read could return per stream. If it returned so many, there may be more. */
  readonly limit: number;
  /** The server's clock after the read, in milliseconds since 1970 (UTC). */
  readonly serverMs: bigint;
}

/**
 * Puts the entries of both streams in one order: by millisecond, then starts before stops, then by sequence. (Sequences are per
 * stream: a stop may have a smaller one than its earlier start.) Leaves out entries that an unread entry may precede; the caller's
 * cursor must not pass them. If anything was read, at least one entry is returned.
 *
 * An id ahead of the server's clock counts as the time of the read: no entry can be younger than that. One such id raises all later
 * ids of its stream; if both streams were ahead by different amounts, one of them would otherwise always come first.
 */
export function mergeJobs<T extends Arrival>(reads: StreamReads<T>): T[] {
  const msOf = ({ id }: Arrival): bigint => (id.ms < reads.serverMs ? id.ms : reads.serverMs);
  const lastStart = reads.starts.at(-1);
  const lastStop = reads.stops.at(-1);
  const startHorizon = reads.stops.length >= reads.limit && lastStop ? msOf(lastStop) : null;
  // Unread starts may have the same millisecond as the last start that was read, and they come before its stops.
  const stopHorizon = reads.starts.length >= reads.limit && lastStart ? msOf(lastStart) - 1n : null;
  const upTo = (entries: readonly T[], horizon: bigint | null): readonly T[] =>
    horizon === null ? entries : entries.filter((entry) => msOf(entry) <= horizon);
  return [...upTo(reads.starts, startHorizon), ...upTo(reads.stops, stopHorizon)].sort((a, b) => byArrival(a, b, msOf));
}

function byArrival(a: Arrival, b: Arrival, msOf: (arrival: Arrival) => bigint): number {
  if (a.stream === b.stream) return compareEntryIds(a.id, b.id);
  const [aMs, bMs] = [msOf(a), msOf(b)];
  if (aMs !== bMs) return aMs < bMs ? -1 : 1;
  return a.stream === 'start_jobs' ? -1 : 1;
}
