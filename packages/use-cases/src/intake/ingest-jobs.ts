import { mergeJobs } from '@galaxy/domain';
import type { Clock, JobReads, JobStream, LeaseGrant } from '@galaxy/manager-ports';
import type { Wakeup } from '../lib/wakeup.js';
import { CHECK_EVERY_MS, type CheckDeps, checkStreams } from './check-streams.js';
import { mirrorOffsets } from './mirror-offsets.js';
import { type QueueDeps, queueEntries } from './queue-entries.js';
import { makeBatchReader } from './read-batch.js';
import { cursorsOf, type StreamPlaces } from './stream-places.js';

/** What takes jobs in. */
export interface IngestDeps extends CheckDeps, QueueDeps {
  readonly stream: JobStream;
  readonly journal: CheckDeps['journal'] & QueueDeps['journal'];
  readonly clock: Clock;
  /** Woken when there is something to do, or to publish. */
  readonly work: Wakeup;
  readonly relay: Wakeup;
  /** At most this many entries of each stream per read. */
  readonly batch: number;
  /** While true, nothing is read: too much waits to be published already. */
  readonly intakePaused: () => boolean;
}

const WAIT_MS = 2000;
const PAUSE_MS = 250;

/**
 * Takes jobs in while the lease holds: reads both streams, puts the entries in one order, and queues them together with
 * the cursors in one write. Only then the next read: a cursor never passes an entry that is not queued. A crash before
 * the write reads the same entries again; one after it finds them queued. Begins with a check of what became of the
 * streams, then mirrors where it goes on from: whoever took in before may have died before it did. Ends after 30 s: a turn
 * is to be followed by another, also one that throws, which checks anew. Once a write learns that the lease is lost, or
 * that a hold is in force, the turn only waits before it ends.
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

// Null when nothing may be taken in any more from where this process stands.
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
    // Now that everything was read, the count can be told, before something is lost that could not be told apart.
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
