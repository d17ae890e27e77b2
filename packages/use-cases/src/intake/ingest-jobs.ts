import { mergeJobs } from '@galaxy/domain';
import type { Clock, JobReads, JobStream, LeaseGrant } from '@galaxy/manager-ports';
import type { Wakeup } from '../lib/wakeup.js';
import { CHECK_EVERY_MS, type CheckDeps, checkStreams } from './check-streams.js';
import { mirrorOffsets } from './mirror-offsets.js';
import { type QueueDeps, queueEntries } from './queue-entries.js';
import { makeBatchReader } from './read-batch.js';
import { cursorsOf, type StreamPlaces } from './stream-places.js';

export interface IngestDeps extends CheckDeps, QueueDeps {
  readonly stream: JobStream;
  readonly journal: CheckDeps['journal'] & QueueDeps['journal'];
  readonly clock: Clock;
  /** Woken when an operation was queued. */
  readonly work: Wakeup;
  /** Woken when a dead letter waits to be published. */
  readonly relay: Wakeup;
  /** At most this many entries of each stream per read. */
  readonly batch: number;
  /** While true, nothing is read: too many messages wait to be published. */
  readonly intakePaused: () => boolean;
}

const WAIT_MS = 2000;
const PAUSE_MS = 250;

/**
 * Makes the turn that ingests jobs while the lease is held. It reads both streams, puts the entries in one order, and queues them
 * together with the cursors in one write. Only then does it read again: a cursor never passes an entry that is not queued. After a
 * crash before the write the same entries are read again; after the write they are found queued.
 *
 * A turn begins with a check of the streams and mirrors the places it starts from: the previous coordinator may have crashed
 * before it did so. A turn ends after 30 s. The caller starts the next one, also after an error, and so the streams are checked
 * again. When a write reports that the lease is lost or that a hold is in force, the turn waits two seconds and ends.
 */
export const makeIngestJobs = (deps: IngestDeps) => {
  const read = makeBatchReader(deps);
  return async (lease: LeaseGrant, signal: AbortSignal): Promise<void> => {
    let places = await checkStreams(lease, signal, deps);
    if (places !== null) await mirrorOffsets(cursorsOf(places), deps);
    const endsAtMs = deps.clock.monotonicMs() + CHECK_EVERY_MS;
    while (!signal.aborted && places !== null && deps.clock.monotonicMs() < endsAtMs) {
      if (deps.intakePaused()) await deps.clock.sleep(PAUSE_MS, signal);
      else places = await ingestNext(places, read, lease, signal, deps);
    }
    if (places === null) await deps.clock.sleep(WAIT_MS, signal);
  };
};

// Null when this process may not ingest any more: the lease is lost, or a hold is in force.
async function ingestNext(
  places: StreamPlaces,
  read: (places: StreamPlaces) => Promise<JobReads>,
  lease: LeaseGrant,
  signal: AbortSignal,
  deps: IngestDeps,
): Promise<StreamPlaces | null> {
  const reads = await read(places);
  const entries = mergeJobs(reads);
  if (entries.length === 0) {
    // All entries are read now, so the check can determine an unknown count. Without it, a later loss could not be noticed.
    const known = isCountUnknown(places) ? await checkStreams(lease, signal, deps) : places;
    if (known !== null) await deps.stream.wait(cursorsOf(known), WAIT_MS, signal);
    return known;
  }
  const after = await queueEntries(entries, { places, lease, serverMs: reads.serverMs }, deps);
  if (after === null) return null;
  if (entries.some(({ job }) => job !== null)) deps.work.wake();
  if (entries.some(({ refusal }) => refusal !== null)) deps.relay.wake();
  await mirrorOffsets(cursorsOf(after), deps);
  return after;
}

function isCountUnknown({ start_jobs, stop_jobs }: StreamPlaces): boolean {
  return start_jobs.entriesRead === null || stop_jobs.entriesRead === null;
}
