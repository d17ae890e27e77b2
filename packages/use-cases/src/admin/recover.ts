import type { JobStreamName } from '@galaxy/domain';
import { isIdAfter, NEVER_READ } from '@galaxy/domain';
import type {
  ContainerFleet,
  Holds,
  LeaseGrant,
  Leases,
  OperationJournal,
  Outbox,
  OutboxKind,
  OutboxPublishers,
  Recovery,
  StreamPublishing,
} from '@galaxy/manager-ports';
import { outboxLane, publishingByKind } from '@galaxy/manager-ports';
import type { StreamOffsetStore } from '@galaxy/ports';
import { OFFSET_LABELS } from '../intake/mirror-offsets.js';
import { type AdoptDeps, adoptRunning } from './adopt-running.js';
import { underLease } from './under-lease.js';

/**
 * How to go on with a restored database. `replay`: jobs that were ingested after the backup are ingested and answered again, and
 * operations that were open at the backup are carried out. `skip`: those jobs are not read again, and those operations are closed.
 */
export type RecoverMode = 'replay' | 'skip';

export interface RecoverDeps extends AdoptDeps, OutboxPublishers {
  readonly fleet: ContainerFleet;
  readonly holds: Holds;
  readonly leases: Leases;
  readonly journal: Pick<OperationJournal, 'cursors' | 'moveCursor'>;
  readonly recovery: Recovery;
  readonly outbox: Pick<Outbox, 'pending' | 'markPublished'>;
  readonly offsets: StreamOffsetStore;
  /** A UUID that only this process uses. */
  readonly holder: string;
}

/** What a recovery did. `nothing_held`: there is no hold `restored`. `busy`: another recovery runs, or was killed less than 30 s ago. */
export type RecoverOutcome =
  | { readonly kind: 'nothing_held' }
  | { readonly kind: 'busy' }
  | {
      readonly kind: 'recovered';
      /** Games into whose record the running container was written. */
      readonly adopted: readonly string[];
      /** Operations that were open at the backup and are closed now. */
      readonly closed: number;
      /** Streams whose cursor was moved behind the entries that had been ingested. */
      readonly skipped: readonly JobStreamName[];
      /** How many lanes continue with the number after the database's last one. */
      readonly renumbered: number;
    };

const ALL = 1_000_000;
const CLOSED = 'closed by the recovery of a restored database; it may have been answered before';

/**
 * Ends the hold `restored`. First writes running containers into the records, so that none is removed as an orphan. Then corrects
 * open operations, cursors and lane numbers. Clears the hold last: a crash before that leaves the hold, and the whole recovery
 * can be repeated.
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
  let renumbered = 0;
  for (const [kind, stream] of publishingByKind<StreamPublishing>(deps)) renumbered += await renumber(kind, stream, deps);
  await deps.holds.clear('restored');
  return { kind: 'recovered', adopted, closed, skipped, renumbered };
}

// Null when the lease is lost: this recovery took so long that another one has begun.
async function skipIngested(lease: LeaseGrant, { journal, offsets }: RecoverDeps): Promise<JobStreamName[] | null> {
  const skipped: JobStreamName[] = [];
  const places = await journal.cursors();
  for (const stream of ['start_jobs', 'stop_jobs'] as const) {
    const place = places[stream] ?? NEVER_READ;
    const mirror = await offsets.load(OFFSET_LABELS[stream]);
    // Only a mirror that is ahead is used. It may be behind after a loss, belong to a previous stream, or be any text that somebody
    // wrote there.
    if (mirror === null || !isIdAfter(mirror, place.cursor) || !isIdAfter(mirror, place.previous)) continue;
    const { kind } = await journal.moveCursor(lease, stream, { ...place, cursor: mirror, floor: null, entriesRead: null });
    if (kind === 'lost') return null;
    skipped.push(stream);
  }
  return skipped;
}

// The mirrors go back to the database's cursors. Otherwise the restore guard would find them ahead and set the hold again.
async function readAgain({ journal, offsets }: RecoverDeps): Promise<JobStreamName[]> {
  const places = await journal.cursors();
  for (const stream of ['start_jobs', 'stop_jobs'] as const) {
    const place = places[stream];
    if (place !== null) await offsets.save(OFFSET_LABELS[stream], place.cursor);
  }
  return [];
}

// A pending message whose number the streams' server already has was published before the restore: it must not be sent again.
// So was one whose id is among those that the server may have forgotten: it need not know the lane any more.
// Numbers above the database's last one will be used again, so the server must not take those messages as published.
async function renumber(kind: OutboxKind, stream: StreamPublishing, deps: RecoverDeps): Promise<number> {
  await markAlreadyPublished(kind, stream, deps);
  return stream.lowerTo((lanes) => deps.recovery.lastNumbers(lanes.map((lane) => ({ kind, lane }))));
}

async function markAlreadyPublished(kind: OutboxKind, stream: StreamPublishing, { outbox }: RecoverDeps): Promise<void> {
  const pending = (await outbox.pending(ALL)).filter((entry) => entry.kind === kind);
  const { forgottenUpTo } = await stream.state();
  const held = await stream.held(pending.map((entry) => outboxLane(entry).lane));
  const published = pending.filter(({ id, message }, at) => id <= forgottenUpTo || message.number <= (held[at] ?? 0n));
  await outbox.markPublished(published.map(({ id, epoch }) => ({ id, epoch, entryId: null })));
}
