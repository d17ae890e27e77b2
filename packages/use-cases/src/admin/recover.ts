import type { JobStreamName } from '@galaxy/domain';
import { isIdAfter, NEVER_READ } from '@galaxy/domain';
import type {
  ContainerFleet,
  DeadLetterPublisher,
  Holds,
  LeaseGrant,
  Leases,
  NumberedResultPublisher,
  OperationJournal,
  Outbox,
  OutboxEntry,
  Recovery,
  StreamPublishing,
} from '@galaxy/manager-ports';
import { outboxLane } from '@galaxy/manager-ports';
import type { StreamOffsetStore } from '@galaxy/ports';
import { OFFSET_LABELS } from '../intake/mirror-offsets.js';
import { type AdoptDeps, adoptRunning } from './adopt-running.js';
import { underLease } from './under-lease.js';

/**
 * How to go on with a restored database. `replay`: jobs that were taken in after the backup are taken in and answered
 * again, and what was open at the backup is carried out. `skip`: they count as answered, and what was open is closed.
 */
export type RecoverMode = 'replay' | 'skip';

/** What recovering takes. */
export interface RecoverDeps extends AdoptDeps {
  readonly fleet: ContainerFleet;
  readonly holds: Holds;
  readonly leases: Leases;
  readonly journal: Pick<OperationJournal, 'cursors' | 'moveCursor'>;
  readonly recovery: Recovery;
  readonly outbox: Pick<Outbox, 'pending' | 'markPublished'>;
  readonly offsets: StreamOffsetStore;
  readonly results: NumberedResultPublisher;
  readonly deadLetters: DeadLetterPublisher;
  /** This process, a UUID of its own. */
  readonly holder: string;
}

/** What a recovery did. `nothing_held`: there was nothing to recover from. `busy`: another recovery is under way, or was killed within the last 30 s. */
export type RecoverOutcome =
  | { readonly kind: 'nothing_held' }
  | { readonly kind: 'busy' }
  | {
      readonly kind: 'recovered';
      /** Games whose running container was written into their record. */
      readonly adopted: readonly string[];
      /** Operations that were open at the backup and are closed now. */
      readonly closed: number;
      /** Streams whose cursor was moved over what had been taken in. */
      readonly skipped: readonly JobStreamName[];
      /** Lanes whose numbers go on from the database's. */
      readonly renumbered: number;
    };

const ALL = 1_000_000;
const CLOSED = 'closed by the recovery of a restored database; it may have been answered before';

/**
 * Ends a hold `restored`: running games are written into their records first, so that nothing that runs is taken for a
 * leftover; then streams, open operations and numbers are put in order, and the hold is lifted last. A crash on the way
 * leaves the hold, and the whole may be repeated.
 * @throws DependencyFault when a server does not answer.
 */
export async function recover(mode: RecoverMode, deps: RecoverDeps): Promise<RecoverOutcome> {
  if (!(await deps.holds.list()).some(({ reason }) => reason === 'restored')) return { kind: 'nothing_held' };
  return (await underLease({ ...deps, name: 'recovery' }, (lease) => putInOrder(mode, lease, deps))) ?? { kind: 'busy' };
}

async function putInOrder(mode: RecoverMode, lease: LeaseGrant, deps: RecoverDeps): Promise<RecoverOutcome> {
  const adopted = await adoptRunning((await deps.fleet.list()).incarnations, deps);
  const closed = mode === 'skip' ? await deps.recovery.closeOperations(CLOSED) : 0;
  const skipped = mode === 'skip' ? await skipIngested(lease, deps) : await readAgain(deps);
  if (skipped === null) return { kind: 'busy' };
  const renumbered = (await renumber('job_result', deps.results, deps)) + (await renumber('dead_letter', deps.deadLetters, deps));
  await deps.holds.clear('restored');
  return { kind: 'recovered', adopted, closed, skipped, renumbered };
}

// Null when the lease is lost: this went on for so long that another recovery has begun.
async function skipIngested(lease: LeaseGrant, { journal, offsets }: RecoverDeps): Promise<JobStreamName[] | null> {
  const skipped: JobStreamName[] = [];
  const places = await journal.cursors();
  for (const stream of ['start_jobs', 'stop_jobs'] as const) {
    const place = places[stream] ?? NEVER_READ;
    const mirror = await offsets.load(OFFSET_LABELS[stream]);
    // It may be behind, as one that was lost; of a stream that was there before; or anything that somebody wrote there.
    if (mirror === null || !isIdAfter(mirror, place.cursor) || !isIdAfter(mirror, place.previous)) continue;
    const { kind } = await journal.moveCursor(lease, stream, { ...place, cursor: mirror, floor: null, entriesRead: null });
    if (kind === 'lost') return null;
    skipped.push(stream);
  }
  return skipped;
}

// What was taken in since must not speak against the database any more.
async function readAgain({ journal, offsets }: RecoverDeps): Promise<JobStreamName[]> {
  const places = await journal.cursors();
  for (const stream of ['start_jobs', 'stop_jobs'] as const) {
    const place = places[stream];
    if (place !== null) await offsets.save(OFFSET_LABELS[stream], place.cursor);
  }
  return [];
}

// What the database knows under a number that is held was published before the loss: it must not be sent again, and the
// numbers that were lost must be given out again without being taken for published.
async function renumber(kind: OutboxEntry['kind'], stream: StreamPublishing, deps: RecoverDeps): Promise<number> {
  await settlePublished(kind, stream, deps);
  return stream.lowerTo((lanes) => deps.recovery.lastNumbers(lanes.map((lane) => ({ kind, lane }))));
}

async function settlePublished(kind: OutboxEntry['kind'], stream: StreamPublishing, { outbox }: RecoverDeps): Promise<void> {
  const pending = (await outbox.pending(ALL)).filter((entry) => entry.kind === kind);
  const held = await stream.held(pending.map((entry) => outboxLane(entry).lane));
  const published = pending.filter(({ message }, at) => message.number <= (held[at] ?? 0n));
  await outbox.markPublished(published.map(({ id, epoch }) => ({ id, epoch, entryId: null })));
}
