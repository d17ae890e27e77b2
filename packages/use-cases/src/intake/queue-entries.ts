import type { JobStreamName } from '@galaxy/domain';
import type {
  Clock,
  DeadLetterToSend,
  Ids,
  JobStream,
  JobToQueue,
  LeaseGrant,
  Observer,
  OperationJournal,
  ReceivedEntry,
} from '@galaxy/manager-ports';
import type { StreamPlaces } from './stream-places.js';

export interface QueueDeps {
  readonly stream: Pick<JobStream, 'key'>;
  readonly journal: Pick<OperationJournal, 'ingest'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly observer: Observer;
}

/** What was read with the entries: the places they follow, the lease they are queued under, and the streams server's clock. */
export interface Reading {
  readonly places: StreamPlaces;
  readonly lease: LeaseGrant;
  readonly serverMs: bigint;
}

const STREAMS = ['start_jobs', 'stop_jobs'] as const;
const FAR_AHEAD_MS = 3_600_000n;

/**
 * In one write: queues the entries in the given order, writes the dead letters of those that can't be decoded, and moves the
 * cursors behind them. Returns the places after that, or null when nothing was changed: the lease is lost, or a hold is in force.
 */
export async function queueEntries(entries: readonly ReceivedEntry[], reading: Reading, deps: QueueDeps): Promise<StreamPlaces | null> {
  const { places, lease, serverMs } = reading;
  const jobs = entries.flatMap((entry) => jobToQueue(entry, deps.ids));
  const deadLetters = entries.flatMap((entry) => deadLetterToSend(entry, deps));
  const entriesRead = { start_jobs: countOf(entries, 'start_jobs'), stop_jobs: countOf(entries, 'stop_jobs') };
  const after = placesAfter(places, entries, entriesRead);
  const cursors = { start_jobs: after.start_jobs.cursor, stop_jobs: after.stop_jobs.cursor };
  const outcome = await deps.journal.ingest({ lease, jobs, deadLetters, cursors, entriesRead });
  if (outcome.kind !== 'ingested') return null;
  report(entries, outcome.queued, deps.observer);
  reportFuture(entries, serverMs, deps.observer);
  return after;
}

function countOf(entries: readonly ReceivedEntry[], name: JobStreamName): number {
  return entries.filter(({ stream }) => stream === name).length;
}

function placesAfter(
  before: StreamPlaces,
  entries: readonly ReceivedEntry[],
  counts: Readonly<Record<JobStreamName, number>>,
): StreamPlaces {
  const after = (name: JobStreamName): StreamPlaces[JobStreamName] => {
    const { cursor, entriesRead } = before[name];
    return {
      ...before[name],
      cursor: entries.findLast(({ stream }) => stream === name)?.entryId ?? cursor,
      entriesRead: entriesRead === null ? null : entriesRead + BigInt(counts[name]),
    };
  };
  return { start_jobs: after('start_jobs'), stop_jobs: after('stop_jobs') };
}

function jobToQueue({ job, stream, entryId, payloadHash, raw }: ReceivedEntry, ids: Ids): JobToQueue[] {
  return job === null ? [] : [{ opId: ids.uuid(), stream, entryId, payloadHash, job, raw }];
}

function deadLetterToSend(entry: ReceivedEntry, { stream, clock }: QueueDeps): DeadLetterToSend[] {
  if (entry.refusal === null) return [];
  const { entryId, payloadHash, raw, refusal } = entry;
  const letter = {
    sourceStream: stream.key(entry.stream),
    sourceEntryId: entryId,
    errorCode: 'invalid_job',
    errorMessage: refusal,
    raw,
    attempts: 0,
    failedAtMs: BigInt(clock.now().getTime()),
  };
  return [{ stream: entry.stream, entryId, payloadHash, letter }];
}

function report(entries: readonly ReceivedEntry[], queued: number, observer: Observer): void {
  const refused = entries.filter(({ refusal }) => refusal !== null);
  for (const { stream, entryId, job, refusal } of refused) {
    observer.observe({ kind: 'entry_refused', stream, entryId, gameId: job?.gameId ?? null, reason: refusal ?? '' });
  }
  const answerable = entries.filter(({ job }) => job !== null).length;
  observer.observe({ kind: 'jobs_ingested', queued, repeated: answerable - queued, deadLetters: refused.length });
}

// Reports only the first such entry of each stream: every later id is at least as far ahead.
function reportFuture(entries: readonly ReceivedEntry[], serverMs: bigint, observer: Observer): void {
  for (const stream of STREAMS) {
    const early = entries.find((entry) => entry.stream === stream && entry.id.ms > serverMs + FAR_AHEAD_MS);
    if (early === undefined) continue;
    observer.observe({ kind: 'entry_from_future', stream, entryId: early.entryId, aheadMs: early.id.ms - serverMs });
  }
}
