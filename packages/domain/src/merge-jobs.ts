import type { EntryId } from './entry-id.js';
import { compareEntryIds } from './entry-id.js';

/** The two job streams. */
export type JobStreamName = 'start_jobs' | 'stop_jobs';

/** Something read from one of the two job streams. */
export interface Arrival {
  readonly stream: JobStreamName;
  readonly id: EntryId;
}

/** What one read returned: per stream its entries in stream order, at most `limit` of each. */
export interface StreamReads<T extends Arrival> {
  readonly starts: readonly T[];
  readonly stops: readonly T[];
  /** The most entries the read could return per stream. A reply of this length may have more behind it. */
  readonly limit: number;
  /** The server's clock when it had read, in milliseconds since 1970 (UTC). */
  readonly serverMs: bigint;
}

/**
 * Puts the entries of both streams in one order: by millisecond, starts before stops, then by sequence (sequences are
 * per stream: a stop may carry a smaller one than its earlier start). Entries that something unread may precede are
 * left out; the caller's cursor must not pass them. If anything was read, at least one entry comes back.
 *
 * Nothing that was read can be younger than the read, so an id ahead of the server's clock counts as of now: one such id
 * lifts all later ones of its stream. Of two streams that ran ahead differently, one would otherwise always come first.
 */
export function mergeJobs<T extends Arrival>(reads: StreamReads<T>): T[] {
  const msOf = ({ id }: Arrival): bigint => (id.ms < reads.serverMs ? id.ms : reads.serverMs);
  const lastStart = reads.starts.at(-1);
  const lastStop = reads.stops.at(-1);
  const startHorizon = reads.stops.length >= reads.limit && lastStop ? msOf(lastStop) : null;
  // Unread starts may still share the last read millisecond, and they go before its stops.
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
