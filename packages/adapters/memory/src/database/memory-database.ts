import {
  type JobStreamName,
  type Operation,
  type OperationSource,
  type OperationStatus,
  type RuntimeJob,
  type RuntimeRecord,
  type RuntimeStatus,
  STREAM_START,
  type StreamPlace,
} from '@galaxy/domain';
import {
  type Claim,
  type Clock,
  COORDINATOR_LEASE,
  type DeadLetterState,
  type Hold,
  type HoldReason,
  type InstallationFactKey,
  type LeaseGrant,
  type OperationHint,
  type OperationProgress,
  type OutboxEntry,
  type OutboxKind,
  type OutboxLane,
  outboxLane,
} from '@galaxy/manager-ports';
import type { JobResult } from '@galaxy/ports';

/** An operation in memory. A claim is (`attempt`, `holder`, `expiresAtMs`); a released one has no holder. */
export interface MemoryOperation {
  readonly opId: string;
  readonly ord: bigint;
  readonly gameId: string;
  readonly op: Operation;
  readonly source: OperationSource;
  readonly sourceRef: string;
  readonly job: RuntimeJob;
  readonly queuedAt: Date;
  readonly entry: Claim['entry'];
  readonly requestedBy: string;
  /** Whether it was requested by name. */
  readonly isRequest: boolean;
  /** Whether an operation that yields only when it is told to yields to this one. */
  readonly force: boolean;
  /** The forms in which a build has written the job and the steps. */
  readonly payloadVersion: number;
  readonly stepVersion: number;
  /** Why the row can't be read; null for one that can. Only tests plant others. */
  readonly unreadable: string | null;
  status: OperationStatus;
  /** The status of the record when it was first claimed. */
  statusBefore: RuntimeStatus | null;
  attempt: number;
  failures: number;
  /** The last attempt that is not counted as a failure when the next one begins. */
  creditedAttempt: number;
  unavailableMs: number;
  holder: string | null;
  expiresAtMs: number;
  progress: OperationProgress | null;
  /** The attempt that recorded `progress`. */
  progressAttempt: number;
  /** The furthest step ever recorded, as its position in the steps of its traits, counted from 1. */
  furthestStep: number;
  result: JobResult | null;
  errorCode: string;
  startedAt: Date | null;
  finishedAt: Date | null;
}

/** A message of the outbox in memory. */
export interface MemoryMessage {
  readonly entry: OutboxEntry;
  /** The origin of the message: an operation's id, or a stream entry. */
  readonly dedupeKey: string;
  readonly addedAtMs: number;
  published: boolean;
  /** When it was marked as published; has no meaning unless `published`. */
  markedAtMs: number;
  /** Its id in the stream; null while unknown. It is kept when the mark is taken back. */
  entryId: string | null;
  /** The operator's decision about a dead letter; null while there is none. */
  resolution: Exclude<DeadLetterState, 'open'> | null;
}

/** A lease in memory. */
export interface MemoryLease {
  holder: string | null;
  epoch: bigint;
  expiresAtMs: number;
}

/** The database that the stores in memory share. Its time is that of the given clock. */
export class MemoryDatabase {
  readonly clock: Clock;
  readonly records = new Map<string, RuntimeRecord>();
  /** In the order of `ord`. */
  readonly operations: MemoryOperation[] = [];
  /** The `ord` of the last operation that was queued. */
  lastOrd = 0n;
  /** Stream, entry id and payload of every entry that was queued, so that none is ingested twice. */
  readonly ingested = new Set<string>();
  /** Operations of entries up to these may have been deleted. */
  readonly prunedUpTo: Record<JobStreamName, string> = { start_jobs: STREAM_START, stop_jobs: STREAM_START };
  readonly outbox: MemoryMessage[] = [];
  readonly leases = new Map<string, MemoryLease>();
  readonly places: Record<JobStreamName, StreamPlace | null> = { start_jobs: null, stop_jobs: null };
  readonly holdsInForce = new Map<HoldReason, Hold>();
  readonly facts = new Map<InstallationFactKey, string>();
  /** Those who follow requests and their ends. */
  readonly followers = new Set<(hint: OperationHint) => void>();
  /** The publish epoch. */
  epoch = 0n;
  /** Per kind, the highest id of a message that was deleted from the outbox. */
  readonly deletedUpTo = new Map<OutboxKind, bigint>();
  readonly #lastNumbers = new Map<string, bigint>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Whether a grant is still valid: the lease was not released, and nobody has taken it since. */
  holds({ name, holder, epoch }: LeaseGrant): boolean {
    const lease = this.leases.get(name);
    return lease?.holder === holder && lease.epoch === epoch;
  }

  /** Whether a grant is a valid one of the coordinator's lease. */
  isCoordinator(grant: LeaseGrant): boolean {
    return grant.name === COORDINATOR_LEASE && this.holds(grant);
  }

  /** Tells all followers that an operation has ended, if it was requested. */
  tellEnd({ isRequest, opId }: MemoryOperation): void {
    if (isRequest) for (const follower of this.followers) follower({ kind: 'ended', opId });
  }

  /** Adds a message at the end of its lane. */
  addMessage(
    dedupeKey: string,
    kind: OutboxKind,
    lane: string,
    entryOf: (id: bigint, number: bigint, epoch: bigint) => OutboxEntry,
  ): OutboxEntry {
    const number = this.lastNumber({ kind, lane }) + 1n;
    this.#lastNumbers.set(`${kind} ${lane}`, number);
    const entry = entryOf((this.outbox.at(-1)?.entry.id ?? 0n) + 1n, number, this.epoch);
    const [addedAtMs, unmarked] = [this.clock.monotonicMs(), { published: false, markedAtMs: 0, entryId: null }];
    this.outbox.push({ entry, dedupeKey, addedAtMs, ...unmarked, resolution: null });
    return entry;
  }

  /** The last number of a lane, also when its messages are gone; 0 for a lane that never had one. */
  lastNumber({ kind, lane }: OutboxLane): bigint {
    return this.#lastNumbers.get(`${kind} ${lane}`) ?? 0n;
  }

  /** The messages of one lane, in order. */
  lane(kind: OutboxKind, lane: string): MemoryMessage[] {
    return this.outbox.filter(({ entry }) => entry.kind === kind && outboxLane(entry).lane === lane);
  }
}
