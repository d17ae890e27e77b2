import { createHash, randomUUID } from 'node:crypto';
import type { JobStreamName } from '@galaxy/domain';
import { engineEndpoint, type StreamJob } from '@galaxy/domain';
import {
  type Claim,
  type ClaimRequest,
  COORDINATOR_LEASE,
  type DeadLetterToSend,
  type FinishOutcome,
  type Intake,
  type JobToQueue,
  knownOperation,
  type LeaseGrant,
  type OutboxEntry,
  type OutboxLane,
  outboxLane,
  type PublishMark,
} from '@galaxy/manager-ports';
import type { DatabaseUnderTest } from './database-under-test.js';

/** A time to live that no test outlives. */
export const LONG_MS = 60_000;

/** A time to live that a test can let pass. */
export const SHORT_MS = 20_000;

let last = 0;

/** A game id that no other test uses. */
export const gameId = (prefix = 'game') => `${prefix}-${++last}`;

/** One entry of a stream, queued as the given job. Entry ids count up over all streams. */
export function toQueue(job: StreamJob): JobToQueue {
  const stream: JobStreamName = job.kind === 'start' || (job.kind === 'invalid' && job.of === 'start') ? 'start_jobs' : 'stop_jobs';
  const entryId = `1767225600000-${++last}`;
  const raw = `[["Z2FtZV9pZA==","${Buffer.from(entryId).toString('base64')}"]]`;
  return { opId: randomUUID(), stream, entryId, payloadHash: createHash('sha256').update(entryId).digest('hex'), job, raw };
}

/** A start of the game, to queue. */
export const startOf = (gameId: string) =>
  toQueue({ kind: 'start', gameId, imageRef: 'galaxy/engine:1.0.0', requestedAtMs: 1_767_225_600_000n });

/** A stop of the game, to queue. */
export const stopOf = (gameId: string) => toQueue({ kind: 'stop', gameId, reason: 'cancelled', requestedAtMs: 0n });

/** An entry of the game that could not be decoded, to queue. */
export const invalidOf = (gameId: string, of: 'start' | 'stop') =>
  toQueue({ kind: 'invalid', of, gameId, message: 'image_ref is missing' });

/** A dead letter of a stream, to send: its text has what PostgreSQL can't hold, its time what JavaScript's numbers can't. */
export function deadLetter(stream: JobStreamName): DeadLetterToSend {
  const entryId = `1767225600000-${++last}`;
  const letter = {
    sourceStream: `runtime:${stream}`,
    sourceEntryId: entryId,
    errorCode: 'invalid_job',
    errorMessage: 'game_id is missing: "\u0000"',
    raw: '[["Z2FtZV9pZA==","/w=="]]',
    attempts: 0,
    failedAtMs: 9_007_199_254_740_993n,
  };
  return { stream, entryId, payloadHash: `hash-${entryId}`, letter };
}

/** The coordinator's lease, for a holder of its own. */
export async function takeLease({ leases }: DatabaseUnderTest, ttlMs = LONG_MS): Promise<LeaseGrant> {
  const grant = await leases.acquire(COORDINATOR_LEASE, randomUUID(), ttlMs);
  if (grant === null) throw new Error('the lease is taken');
  return grant;
}

/** What one read of the streams changes. */
export function intakeOf(lease: LeaseGrant, jobs: readonly JobToQueue[], deadLetters: readonly DeadLetterToSend[] = []): Intake {
  const cursors = { start_jobs: '5-0', stop_jobs: '6-0' };
  return { lease, jobs, deadLetters, cursors, entriesRead: { start_jobs: jobs.length, stop_jobs: deadLetters.length } };
}

/** Queues jobs in the given order. */
export async function queue(database: DatabaseUnderTest, ...jobs: JobToQueue[]): Promise<void> {
  const lease = await takeLease(database);
  await database.journal.ingest(intakeOf(lease, jobs));
  await database.leases.release(lease);
}

/** What the manager of these tests can carry out. */
export const KNOWN = (['start', 'stop', 'reconcile'] as const).map(knownOperation);

/** How a claim request differs from {@link anything}. A class that is not named has room for 100. */
export type ClaimChanges = Partial<Omit<ClaimRequest, 'places'>> & { readonly places?: Partial<ClaimRequest['places']> };

/** A claim of everything, by a process of its own. */
export function anything({ places, ...changes }: ClaimChanges = {}): ClaimRequest {
  const room = { start: 100, turn: 100, other: 100, ...places };
  return { holder: randomUUID(), ttlMs: LONG_MS, known: KNOWN, takeOver: true, inFlight: [], ...changes, places: room };
}

/** The only claim there is to be had. */
export async function claimOne({ journal }: DatabaseUnderTest, changes: ClaimChanges = {}): Promise<Claim> {
  const [claim, ...more] = await journal.claim(anything(changes));
  if (claim === undefined || more.length > 0) throw new Error(`claimed ${claim === undefined ? 0 : 1 + more.length} operations, not one`);
  return claim;
}

/** Queues one start of a new game and claims it. */
export async function claimed(database: DatabaseUnderTest, changes: ClaimChanges = {}): Promise<Claim> {
  await queue(database, startOf(gameId()));
  return claimOne(database, changes);
}

/** Waits out a claim that was taken for {@link SHORT_MS} and takes it over. */
export async function takenOver(database: DatabaseUnderTest, changes: ClaimChanges = {}): Promise<Claim> {
  await database.elapse(SHORT_MS + 50);
  return claimOne(database, changes);
}

/** What a successful end without a record change is. */
export function success(gameId: string) {
  const result = {
    gameId,
    outcome: 'success',
    containerId: 'container-1',
    engineEndpoint: engineEndpoint(gameId),
    errorCode: '',
    errorMessage: '',
  } as const;
  return { record: { kind: 'keep' }, result, errorCode: '', deadLetter: null } as const;
}

/** What a failed end without a record change is. */
export function failure(gameId: string) {
  const errorCode = 'image_pull_failed';
  const errorMessage = 'not found: "galaxy/engine:1.0.0"';
  const result = { gameId, outcome: 'failure', containerId: '', engineEndpoint: '', errorCode, errorMessage } as const;
  return { record: { kind: 'keep' }, result, errorCode, deadLetter: null } as const;
}

/** Ends a claim well. */
export function finishWell({ journal }: DatabaseUnderTest, claim: Claim): Promise<FinishOutcome> {
  return journal.finish(claim, success(claim.gameId));
}

/** What waits to be published in one lane, in order. */
export async function pendingIn({ outbox }: DatabaseUnderTest, { kind, lane }: OutboxLane): Promise<OutboxEntry[]> {
  return (await outbox.pending(1000)).filter((entry) => entry.kind === kind && outboxLane(entry).lane === lane);
}

/** Decides so many results of the game, each of them waiting to be published. */
export async function addResults(database: DatabaseUnderTest, game: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    await queue(database, stopOf(game));
    await finishWell(database, await claimOne(database));
  }
}

/** The marks of entries that an earlier call had published. */
export function marksOf(...entries: readonly (OutboxEntry | undefined)[]): PublishMark[] {
  return entries.flatMap((entry) => (entry === undefined ? [] : [{ id: entry.id, epoch: entry.epoch, entryId: null }]));
}
