import { mergeJobs, STREAM_START } from '@galaxy/domain';
import type {
  Clock,
  DeadLetterToSend,
  Ids,
  JobCursors,
  JobStream,
  JobStreamName,
  JobToQueue,
  LeaseGrant,
  Observer,
  OperationJournal,
  ReceivedEntry,
  StreamOffsetStore,
} from '@galaxy/ports';
import type { Wakeup } from './wakeup.js';

/** What takes jobs in. */
export interface TakeInDeps {
  readonly stream: JobStream;
  readonly journal: Pick<OperationJournal, 'cursors' | 'takeIn'>;
  readonly offsets: StreamOffsetStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly observer: Observer;
  /** Woken when there is something to do, or to publish. */
  readonly work: Wakeup;
  readonly relay: Wakeup;
  /** At most this many entries of each stream per read. */
  readonly batch: number;
}

const WAIT_MS = 2000;
const LABELS = { start_jobs: 'startjobs', stop_jobs: 'stopjobs' } as const;

/**
 * Takes jobs in while the lease holds: reads both streams, puts the entries in one order, and queues them together with
 * the cursors in one write. Only then the next read: a cursor never passes an entry that is not queued. A crash before
 * the write reads the same entries again; one after it finds them queued. Once a write learns that the lease is lost,
 * it only waits for the signal.
 */
export const makeTakeInJobs =
  (deps: TakeInDeps) =>
  async (lease: LeaseGrant, signal: AbortSignal): Promise<void> => {
    let cursors = await loadCursors(deps);
    while (!signal.aborted) {
      const entries = mergeJobs(await deps.stream.read(cursors, deps.batch));
      if (entries.length === 0) {
        await deps.stream.wait(cursors, WAIT_MS, signal);
        continue;
      }
      const after = cursorsAfter(cursors, entries);
      if (!(await takeIn(entries, after, lease, deps))) return deps.clock.sleep(WAIT_MS, signal);
      cursors = after;
      await mirror(after, deps);
    }
  };

async function loadCursors({ journal, offsets }: TakeInDeps): Promise<JobCursors> {
  const stored = await journal.cursors();
  const load = async (name: JobStreamName) => stored[name] ?? (await offsets.load(LABELS[name])) ?? STREAM_START;
  return { start_jobs: await load('start_jobs'), stop_jobs: await load('stop_jobs') };
}

function cursorsAfter(before: JobCursors, entries: readonly ReceivedEntry[]): JobCursors {
  const after = { ...before };
  for (const { stream, entryId } of entries) after[stream] = entryId;
  return after;
}

async function takeIn(entries: readonly ReceivedEntry[], cursors: JobCursors, lease: LeaseGrant, deps: TakeInDeps): Promise<boolean> {
  const jobs = entries.flatMap((entry) => jobToQueue(entry, deps.ids));
  const deadLetters = entries.flatMap((entry) => deadLetterToSend(entry, deps));
  const count = (name: JobStreamName) => entries.filter(({ stream }) => stream === name).length;
  const entriesRead = { start_jobs: count('start_jobs'), stop_jobs: count('stop_jobs') };
  const outcome = await deps.journal.takeIn({ lease, jobs, deadLetters, cursors, entriesRead });
  if (outcome.kind === 'lost') return false;
  report(entries, outcome.queued, deps);
  if (jobs.length > 0) deps.work.wake();
  if (deadLetters.length > 0) deps.relay.wake();
  return true;
}

function jobToQueue({ job, stream, entryId, payloadHash }: ReceivedEntry, ids: Ids): JobToQueue[] {
  return job === null ? [] : [{ opId: ids.uuid(), stream, entryId, payloadHash, job }];
}

function deadLetterToSend(entry: ReceivedEntry, { stream, clock }: TakeInDeps): DeadLetterToSend[] {
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

function report(entries: readonly ReceivedEntry[], queued: number, { observer }: TakeInDeps): void {
  const refused = entries.filter(({ refusal }) => refusal !== null);
  for (const { stream, entryId, job, refusal } of refused) {
    observer.observe({ kind: 'entry_refused', stream, entryId, gameId: job?.gameId ?? null, reason: refusal ?? '' });
  }
  const answerable = entries.filter(({ job }) => job !== null).length;
  observer.observe({ kind: 'jobs_taken_in', queued, repeated: answerable - queued, deadLetters: refused.length });
}

// A mirror for people and other tools: the cursor in the journal is the truth, so a failure here loses nothing.
async function mirror(cursors: JobCursors, { offsets, observer }: TakeInDeps): Promise<void> {
  try {
    for (const name of ['start_jobs', 'stop_jobs'] as const) {
      if (cursors[name] !== STREAM_START) await offsets.save(LABELS[name], cursors[name]);
    }
  } catch (error) {
    observer.observe({ kind: 'offset_mirror_failed', error });
  }
}
