import type {
  DeadLetter,
  FailureCode,
  JobStreamName,
  OperationSource,
  OperationStep,
  PreviousRuntime,
  RuntimeJob,
  RuntimeRecord,
  RuntimeStatus,
  StreamJob,
  StreamPlace,
} from '@galaxy/domain';
import type { JobResult } from '@galaxy/ports';
import type { JobCursors, ReceivedEntry } from './job-stream.js';
import type { LeaseGrant } from './leases.js';
import type { OutboxEntry } from './outbox.js';

/** One job to queue, in the order it must be carried out. */
export interface JobToQueue {
  /** The operation's id, a UUID chosen by the caller. */
  readonly opId: string;
  readonly stream: JobStreamName;
  readonly entryId: string;
  readonly payloadHash: string;
  readonly job: StreamJob;
  /** The entry as it was, see ReceivedEntry: kept until the operation has ended, for a dead letter. */
  readonly raw: string;
}

/** A dead letter to send, and the stream whose lane it is numbered in. */
export interface DeadLetterToSend {
  readonly stream: JobStreamName;
  readonly entryId: ReceivedEntry['entryId'];
  readonly payloadHash: string;
  readonly letter: DeadLetter;
}

/** Everything one read of the job streams changes. */
export interface Intake {
  readonly lease: LeaseGrant;
  readonly jobs: readonly JobToQueue[];
  readonly deadLetters: readonly DeadLetterToSend[];
  /** The cursors after this read. */
  readonly cursors: JobCursors;
  /** How many entries of each stream the cursors moved over: added to `StreamPlace.entriesRead` where that is known. */
  readonly entriesRead: Readonly<Record<JobStreamName, number>>;
}

/**
 * `ingested` tells how many of the jobs were new; `lost` that the lease belongs to somebody else by now, `on_hold` that a
 * hold `restored` is in force: nothing was changed.
 */
export type IntakeOutcome =
  | { readonly kind: 'ingested'; readonly queued: number }
  | { readonly kind: 'lost' }
  | { readonly kind: 'on_hold' };

/** What names a claim: the operation and the attempt, which is the fence. */
export interface ClaimKey {
  readonly opId: string;
  readonly attempt: number;
}

/** How far an operation got in an earlier or this attempt. */
export interface OperationProgress {
  readonly step: OperationStep;
  /** What was there before; null when there was nothing to keep. */
  readonly previous: PreviousRuntime | null;
  /** The container this operation created; null before. */
  readonly containerId: string | null;
}

/** One operation, held by this process until its claim expires. */
export interface Claim extends ClaimKey {
  /** The place in the order of all operations. */
  readonly ord: bigint;
  readonly gameId: string;
  readonly source: OperationSource;
  /** The stream entry's id, or the request's. */
  readonly sourceRef: string;
  readonly job: RuntimeJob;
  /** The stream entry it came by; null when it did not come by a stream. */
  readonly entry: { readonly stream: JobStreamName; readonly entryId: string; readonly raw: string } | null;
  readonly progress: OperationProgress | null;
  /** The game's record at the moment of the claim. While the claim holds, only its holder moves it. */
  readonly record: RuntimeRecord | null;
  /** True when a later valid stop of the game is queued. */
  readonly superseded: boolean;
  /** How many attempts ended without a hand-over, an outage of a dependency, or a new step. */
  readonly failures: number;
  /** Milliseconds this operation has spent waiting for a container engine that did not answer. */
  readonly unavailableMs: number;
}

/** What to claim. */
export interface ClaimRequest {
  /** The process, a UUID of its own per start. */
  readonly holder: string;
  readonly ttlMs: number;
  /** At most this many starts, and at most this many of all other operations. */
  readonly starts: number;
  readonly others: number;
  /** Whether operations whose claim has expired may be taken over. */
  readonly takeOver: boolean;
  /** Operations this process is still at work on: never taken over from itself. */
  readonly inFlight: readonly string[];
}

/** What a renewal learned of one claim. `lost`: drop it and touch nothing any more. */
export interface ClaimState extends ClaimKey {
  readonly state: 'held' | 'superseded' | 'lost';
}

/**
 * What happens to the record, in the same statement: `keep` leaves it alone; `put` installs `record` verbatim, provided
 * the stored one still has the status and container id that `expected` names (null: there is none).
 */
export type RecordChange =
  | { readonly kind: 'keep' }
  | {
      readonly kind: 'put';
      readonly expected: { readonly status: RuntimeStatus; readonly containerId: string | null } | null;
      readonly record: RuntimeRecord;
    };

/** How an operation ended, and what its producer is told. */
export interface OperationOutcome {
  readonly record: RecordChange;
  /** The six fields; `outcome` decides between `succeeded` and `failed`. */
  readonly result: JobResult;
  /** Why it ended so when it is not a fresh success. */
  readonly errorCode: '' | 'replay_no_op' | FailureCode;
  /** Added to the outbox in the same statement, in the game's lane; null for none. */
  readonly deadLetter: DeadLetter | null;
}

/**
 * What became of a fenced write. `applied`: all of it. `already_mine`: an earlier call of this very attempt did it and
 * the reply was lost. `lost`: the claim belongs to a later attempt, or the operation ended elsewhere: nothing was
 * changed, drop it. `stale`: the record is not as expected: nothing was changed, decide anew.
 */
export type FencedOutcome =
  | { readonly kind: 'applied' }
  | { readonly kind: 'already_mine' }
  | { readonly kind: 'lost' }
  | { readonly kind: 'stale' };

/** As {@link FencedOutcome}; `applied` and `already_mine` carry the outbox entry of the result, or null when it is not published on a stream. */
export type FinishOutcome =
  | { readonly kind: 'applied'; readonly publish: OutboxEntry | null }
  | { readonly kind: 'already_mine'; readonly publish: OutboxEntry | null }
  | { readonly kind: 'lost' }
  | { readonly kind: 'stale' };

/** Why a claim is given back before its end. Only `failure` counts towards `Claim.failures`. */
export interface ClaimRelease {
  readonly reason: 'handover' | 'outage' | 'failure';
  /** Nobody claims the operation again before this many milliseconds have passed. */
  readonly delayMs: number;
  /** To add to `Claim.unavailableMs`. */
  readonly unavailableMs: number;
}

/**
 * The queue, the claims, the steps and the ends of operations: everything that must change together. Each method is one
 * atomic statement; no call holds anything open between calls.
 *
 * The attempt is the fence: every method that takes a {@link ClaimKey} changes something only while that very attempt is
 * running. At most one operation per game runs at any time. Time is the store's own clock.
 *
 * Every method throws DependencyFault when the store does not answer; with `effect: 'unknown'` the change may have
 * happened, and calling again is safe.
 */
export interface OperationJournal {
  /** Where each stream was taken in up to; null per stream for one that was never read. */
  cursors(): Promise<Readonly<Record<JobStreamName, StreamPlace | null>>>;

  /** Corrects where a stream stands, under the lease: after a gap, or when the stream was made anew. */
  moveCursor(lease: LeaseGrant, stream: JobStreamName, place: StreamPlace): Promise<{ readonly kind: 'moved' } | { readonly kind: 'lost' }>;

  /**
   * Queues jobs in the given order, adds the dead letters to the outbox, and moves the cursors, under the lease. An
   * entry that was taken in before (same stream, entry id and payload) is left out, so repeating is safe. Cursors move
   * forward only: an intake that is carried out late sets none back.
   */
  ingest(intake: Intake): Promise<IntakeOutcome>;

  /**
   * Claims operations: first those whose claim has expired (when allowed), then per game the oldest queued one, if
   * nothing of the game runs. Each claim raises `attempt`. Of concurrent calls none gets the same operation, nor two
   * operations of one game. While a hold `restored` is in force there is nothing to claim. An operation whose job can't be
   * read comes as an `invalid` job.
   */
  claim(request: ClaimRequest): Promise<Claim[]>;

  /**
   * Extends the claims and tells the state of each, in the order given. Succeeds while the attempt is unchanged, even
   * when the claim had expired.
   */
  renew(claims: readonly ClaimKey[], ttlMs: number): Promise<ClaimState[]>;

  /** Records a step and its record change together. */
  advance(claim: ClaimKey, progress: OperationProgress, record: RecordChange): Promise<FencedOutcome>;

  /**
   * Ends the operation: record, operation, and the result numbered in the outbox, all or nothing.
   */
  finish(claim: ClaimKey, outcome: OperationOutcome): Promise<FinishOutcome>;

  /** Gives the claim back; a no-op when it is lost already. */
  releaseClaim(claim: ClaimKey, releaseClaim: ClaimRelease): Promise<void>;
}
