import type {
  DeadLetter,
  FailureCode,
  JobStreamName,
  OperationClass,
  OperationSource,
  PreviousRuntime,
  RecordPatch,
  RuntimeJob,
  RuntimeRecord,
  RuntimeStatus,
  StartStep,
  StreamJob,
  StreamPlace,
} from '@galaxy/domain';
import type { JobResult } from '@galaxy/ports';
import type { JobCursors, ReceivedEntry } from '../streams/job-stream.js';
import type { KnownOperation, UnreadableOperation } from './known-operation.js';
import type { LeaseGrant } from './leases.js';
import type { OutboxEntry } from './outbox.js';

/** One job to queue. */
export interface JobToQueue {
  /** The operation's id, a UUID chosen by the caller. */
  readonly opId: string;
  readonly stream: JobStreamName;
  readonly entryId: string;
  readonly payloadHash: string;
  readonly job: StreamJob;
  /** The raw entry, see ReceivedEntry. Kept until the operation has ended, for a possible dead letter. */
  readonly raw: string;
}

/** A dead letter to publish, numbered in the lane of this stream. */
export interface DeadLetterToSend {
  readonly stream: JobStreamName;
  readonly entryId: ReceivedEntry['entryId'];
  readonly payloadHash: string;
  readonly letter: DeadLetter;
}

/** Everything that is written after one read of the job streams. */
export interface Intake {
  readonly lease: LeaseGrant;
  readonly jobs: readonly JobToQueue[];
  readonly deadLetters: readonly DeadLetterToSend[];
  /** The cursors after this read. */
  readonly cursors: JobCursors;
  /** How many entries of each stream the cursors pass. Added to `StreamPlace.entriesRead`, unless that is unknown. */
  readonly entriesRead: Readonly<Record<JobStreamName, number>>;
}

/**
 * `ingested`: `queued` of the jobs were new. `lost`: the lease belongs to another process by now. `on_hold`: a hold `restored` is
 * in force. With `lost` and `on_hold` nothing was changed.
 */
export type IntakeOutcome =
  | { readonly kind: 'ingested'; readonly queued: number }
  | { readonly kind: 'lost' }
  | { readonly kind: 'on_hold' };

/** Identifies a claim: the operation, and the attempt, which is the fence. */
export interface ClaimKey {
  readonly opId: string;
  readonly attempt: number;
}

/** How far an operation got, in this or an earlier attempt. Each operation that records steps has its own form. */
export type OperationProgress = StartProgress;

/** How far a start got. */
export interface StartProgress {
  readonly op: 'start';
  readonly step: StartStep;
  /** What an undo restores; null when there was nothing before. */
  readonly previous: PreviousRuntime | null;
  /** The container that this operation created; null before that. */
  readonly containerId: string | null;
}

/** One operation, held by this process until its claim expires. */
export interface Claim extends ClaimKey {
  /** The number in the order of all operations. */
  readonly ord: bigint;
  readonly gameId: string;
  readonly source: OperationSource;
  /** The id of the stream entry or of the request. */
  readonly sourceRef: string;
  readonly job: RuntimeJob;
  /** The stream entry of the job; null when it did not come from a stream. */
  readonly entry: { readonly stream: JobStreamName; readonly entryId: string; readonly raw: string } | null;
  readonly progress: OperationProgress | null;
  /** The game's record at the moment of the claim. While the claim is held, only its holder changes the record. */
  readonly record: RuntimeRecord | null;
  /** True when a later operation of the game is queued to which this one yields (OPERATION_TRAITS). */
  readonly superseded: boolean;
  /** The kind of place that it takes of {@link ClaimRequest.places}: that of its class, or `other` if it only ends early. */
  readonly place: OperationClass;
  /** How many attempts failed: they ended without a handover, without an outage of a dependency, and without a new step. */
  readonly failures: number;
  /** Milliseconds that this operation has waited for a container engine that did not answer. */
  readonly unavailableMs: number;
}

/** Who claims, what it knows, and how many operations at most. */
export interface ClaimRequest {
  /** The process that claims: a UUID that is new for every start of a process. */
  readonly holder: string;
  readonly ttlMs: number;
  /** At most this many operations for each kind of place, see {@link Claim.place}. */
  readonly places: Readonly<Record<OperationClass, number>>;
  /** Only such operations are claimed. */
  readonly known: readonly KnownOperation[];
  /** Whether operations whose claim has expired may be taken over. */
  readonly takeOver: boolean;
  /** Operations that this process still works on. It never takes them over from itself. */
  readonly inFlight: readonly string[];
}

/**
 * The state of one claim, as a renewal found it. `lost`: stop work on the operation and change nothing any more. `unknown`: somebody
 * else holds the operation's row, so the claim was neither renewed nor lost; work may go on for as long as its last renewal counts.
 */
export interface ClaimState extends ClaimKey {
  readonly state: 'held' | 'superseded' | 'unknown' | 'lost';
}

/**
 * The change of the record in the same statement. `keep`: none. `insert`: writes `record` verbatim, if the game has none. `patch`: sets
 * these fields, if the stored record is as expected, and raises its version by 1; the other fields stay as they are, also when somebody
 * else changed them meanwhile. A patch without fields only checks what is expected.
 */
export type RecordChange =
  | { readonly kind: 'keep' }
  | { readonly kind: 'insert'; readonly record: RuntimeRecord }
  | { readonly kind: 'patch'; readonly expected: ExpectedRecord; readonly set: RecordPatch };

/** What the stored record must have for a patch. */
export interface ExpectedRecord {
  readonly status: RuntimeStatus;
  readonly containerId: string | null;
  /** Absent: any version. */
  readonly version?: number;
}

/**
 * The fields by which a repeated write is recognised in the stored record: those of a patch, and for an insert the status and container
 * id, which the next write expects. Other fields may have been changed by others since.
 */
export function writtenFields(change: Exclude<RecordChange, { kind: 'keep' }>): RecordPatch {
  if (change.kind === 'patch') return change.set;
  const { status, currentContainerId } = change.record;
  return { status, currentContainerId };
}

/** How an operation ended, and the result for the producer of the job. */
export interface OperationOutcome {
  readonly record: RecordChange;
  /** The six fields of the published result. Its `outcome` decides whether the operation becomes `succeeded` or `failed`. */
  readonly result: JobResult;
  /** Empty for a success that did the work. */
  readonly errorCode: '' | 'replay_no_op' | FailureCode;
  /** Added to the outbox in the same statement, in the game's lane; null for none. */
  readonly deadLetter: DeadLetter | null;
}

/**
 * The outcome of a fenced write. `applied`: everything was written. `already_mine`: an earlier call of this same attempt wrote it,
 * and the reply was lost. `lost`: the claim belongs to a later attempt, or the operation has ended elsewhere; nothing was changed,
 * stop work on it. `stale`: the record is not as expected; nothing was changed, decide again.
 */
export type FencedOutcome =
  | { readonly kind: 'applied' }
  | { readonly kind: 'already_mine' }
  | { readonly kind: 'lost' }
  | { readonly kind: 'stale' };

/**
 * As {@link FencedOutcome}. `publish` has the outbox entries that the finish wrote, in the order of their ids: the result, the named
 * outcome, the dead letter, each if there is one. The caller publishes them at once. If it crashes between two of them, or before the
 * first, the relay sends what is left.
 */
export type FinishOutcome =
  | { readonly kind: 'applied'; readonly publish: readonly OutboxEntry[] }
  | { readonly kind: 'already_mine'; readonly publish: readonly OutboxEntry[] }
  | { readonly kind: 'lost' }
  | { readonly kind: 'stale' };

/** Why a claim is released before the operation has ended. Only `failure` is counted in `Claim.failures`. */
export interface ClaimRelease {
  readonly reason: 'handover' | 'outage' | 'failure';
  /** Nobody can claim the operation again before this many milliseconds have passed. */
  readonly delayMs: number;
  /** Milliseconds to add to `Claim.unavailableMs`. */
  readonly unavailableMs: number;
}

/**
 * Queues, claims, advances and ends operations: everything that must change together. Each method is one atomic statement; nothing
 * stays open between calls.
 *
 * The attempt is the fence: a method that takes a {@link ClaimKey} changes something only while that same attempt is running. At
 * most one operation per game runs at any time. Time is measured by the store's own clock.
 *
 * Every method throws DependencyFault when the store does not answer. With `effect: 'unknown'` the change may have happened, and
 * calling again is safe. `advance`, `finish` and `releaseClaim` also throw a retryable one, with `effect: 'not_done'`, when somebody
 * else holds a row of the game. They do not wait for it, so that it delays no other game.
 */
export interface OperationJournal {
  /** Up to which place each stream was ingested; null for a stream that was never read. */
  cursors(): Promise<Readonly<Record<JobStreamName, StreamPlace | null>>>;

  /** Corrects the place in a stream, under the lease: after a gap, or when the stream was recreated. */
  moveCursor(lease: LeaseGrant, stream: JobStreamName, place: StreamPlace): Promise<{ readonly kind: 'moved' } | { readonly kind: 'lost' }>;

  /**
   * Queues jobs in the given order, adds the dead letters to the outbox, and moves the cursors, under the coordinator's lease: any
   * other lease counts as lost. Leaves out entries that were ingested before (same stream, entry id and payload), so repeating is
   * safe. Cursors move only forward: an intake that is carried out late sets no cursor back.
   */
  ingest(intake: Intake): Promise<IntakeOutcome>;

  /**
   * Claims operations: first those whose claim has expired (when allowed), then per game the oldest queued one, if no operation of
   * the game runs. Each claim raises `attempt`. Concurrent calls never get the same operation, nor two operations of one game.
   * While a hold `restored` is in force, nothing can be claimed.
   *
   * A queued operation that yields to a later queued one takes a place of `other`: it only has to be answered, and the later one
   * waits for that.
   *
   * An operation that is not in `known`, or was written in a newer form, is not claimed, and later ones of its game wait for it. One
   * that is known but can't be read is released alone and uncounted, for a build that can read it, and `onUnreadable` is called.
   */
  claim(request: ClaimRequest, onUnreadable?: (operation: UnreadableOperation) => void): Promise<Claim[]>;

  /**
   * Extends the claims, and returns the state of each in the order given. A claim can be renewed while its attempt is unchanged,
   * even after it has expired. Never waits for a row that somebody else holds: the claim is `unknown`, and the others are renewed.
   */
  renew(claims: readonly ClaimKey[], ttlMs: number): Promise<ClaimState[]>;

  /**
   * Records a step, together with the change of the record. A second call of the same attempt with the same progress is a repetition:
   * it changes nothing.
   */
  advance(claim: ClaimKey, progress: OperationProgress, record: RecordChange): Promise<FencedOutcome>;

  /** Ends the operation: writes the record, the operation, and its numbered messages in the outbox, all or nothing. */
  finish(claim: ClaimKey, outcome: OperationOutcome): Promise<FinishOutcome>;

  /** Releases the claim; a no-op when it is lost already. */
  releaseClaim(claim: ClaimKey, releaseClaim: ClaimRelease): Promise<void>;
}
