import type { EntryId } from './entry-id.js';
import { compareEntryIds } from './entry-id.js';

/** Something read from one of the two job streams. */
export interface Arrival {
  readonly stream: 'start_jobs' | 'stop_jobs';
  readonly id: EntryId;
}

/** What one read returned: per stream its entries in stream order, at most `limit` of each. */
export interface StreamReads<T extends Arrival> {
  readonly starts: readonly T[];
  readonly stops: readonly T[];
  /** The most entries the read could return per stream. A reply of this length may have more behind it. */
  readonly limit: number;
}

/**
 * Puts the entries of both streams in one order: by millisecond, starts before stops, then by sequence (sequences are
 * per stream: a stop may carry a smaller one than its earlier start). Entries that something unread may precede are
 * left out; the caller's cursor must not pass them. If anything was read, at least one entry comes back.
 */
export function mergeJobs<T extends Arrival>(reads: StreamReads<T>): T[] {
  const lastStart = reads.starts.at(-1);
  const lastStop = reads.stops.at(-1);
  const startHorizon = reads.stops.length >= reads.limit && lastStop ? lastStop.id.ms : null;
  // Unread starts may still share the last read millisecond, and they go before its stops.
  const stopHorizon = reads.starts.length >= reads.limit && lastStart ? lastStart.id.ms - 1n : null;
  return [...upTo(reads.starts, startHorizon), ...upTo(reads.stops, stopHorizon)].sort(byArrival);
}

function upTo<T extends Arrival>(entries: readonly T[], horizon: bigint | null): readonly T[] {
  return horizon === null ? entries : entries.filter((entry) => entry.id.ms <= horizon);
}

function byArrival(a: Arrival, b: Arrival): number {
  if (a.id.ms !== b.id.ms) return a.id.ms < b.id.ms ? -1 : 1;
  if (a.stream !== b.stream) return a.stream === 'start_jobs' ? -1 : 1;
  return compareEntryIds(a.id, b.id);
}
