import { isDeepStrictEqual } from 'node:util';
import type { JobStreamName } from '@galaxy/domain';
import { hasPatch, operationTraits, patchedRecord, type RuntimeRecord, type StreamPlace } from '@galaxy/domain';
import {
  type Claim,
  type ClaimKey,
  type ClaimRelease,
  type ClaimRequest,
  type ClaimState,
  type FencedOutcome,
  type FinishOutcome,
  type Intake,
  type IntakeOutcome,
  type LeaseGrant,
  type OperationJournal,
  type OperationOutcome,
  type OperationProgress,
  type OutboxEntry,
  type RecordChange,
  type UnreadableOperation,
  writtenFields,
} from '@galaxy/manager-ports';
import { claim, isSuperseded } from './memory-claim.js';
import type { MemoryDatabase, MemoryOperation } from './memory-database.js';
import { addDeadLetter } from './memory-dead-letter.js';
import { ingest } from './memory-ingest.js';
import { addOutcome } from './memory-outcome.js';

/** The journal in memory. No method awaits anything before it has finished its changes, so each one is atomic. */
export class MemoryOperationJournal implements OperationJournal {
  readonly #database: MemoryDatabase;
  readonly #outcomesOf: Readonly<Record<JobStreamName, string>> | null;

  /** `outcomesOf`: the keys of the job streams when named outcomes are published, default null. */
  constructor(
    database: MemoryDatabase,
    { outcomesOf = null }: { readonly outcomesOf?: Readonly<Record<JobStreamName, string>> | null } = {},
  ) {
    this.#database = database;
    this.#outcomesOf = outcomesOf;
  }

  async cursors(): Promise<Readonly<Record<JobStreamName, StreamPlace | null>>> {
    return structuredClone(this.#database.places);
  }

  async moveCursor(lease: LeaseGrant, stream: JobStreamName, place: StreamPlace): Promise<{ readonly kind: 'moved' | 'lost' }> {
    if (!this.#database.holds(lease)) return { kind: 'lost' };
    this.#database.places[stream] = { ...place };
    return { kind: 'moved' };
  }

  async ingest(intake: Intake): Promise<IntakeOutcome> {
    return ingest(this.#database, intake);
  }

  async claim(request: ClaimRequest, onUnreadable?: (operation: UnreadableOperation) => void): Promise<Claim[]> {
    return claim(this.#database, request, onUnreadable);
  }

  async renew(claims: readonly ClaimKey[], ttlMs: number): Promise<ClaimState[]> {
    return claims.map(({ opId, attempt }) => ({ opId, attempt, state: this.#renewOne({ opId, attempt }, ttlMs) }));
  }

  async advance(claim: ClaimKey, progress: OperationProgress, change: RecordChange): Promise<FencedOutcome> {
    const mine = this.#held(claim);
    if (mine === null) return { kind: 'lost' };
    const isRepeated = mine.progressAttempt === mine.attempt && isDeepStrictEqual(mine.progress, progress);
    if (isRepeated) return { kind: this.#isDone(mine, change) ? 'already_mine' : 'stale' };
    if (!this.#change(mine, change)) return { kind: 'stale' };
    const step = operationTraits(progress.op).steps.indexOf(progress.step) + 1;
    // An attempt is credited (not counted as a failure) only for a step that was never reached before.
    if (step > mine.furthestStep) mine.creditedAttempt = mine.attempt;
    mine.furthestStep = Math.max(step, mine.furthestStep);
    mine.progress = structuredClone(progress);
    mine.progressAttempt = mine.attempt;
    return { kind: 'applied' };
  }

  async finish(claim: ClaimKey, outcome: OperationOutcome): Promise<FinishOutcome> {
    const mine = this.#held(claim);
    if (mine === null) return this.#endedBefore(claim);
    if (!this.#change(mine, outcome.record)) return { kind: 'stale' };
    mine.status = outcome.result.outcome === 'success' ? 'succeeded' : 'failed';
    mine.result = structuredClone(outcome.result);
    mine.errorCode = outcome.errorCode;
    mine.finishedAt = this.#database.clock.now();
    mine.holder = null;
    const number = this.#addResult(mine, outcome);
    if (this.#outcomesOf !== null) addOutcome(this.#database, mine, this.#outcomesOf, number);
    if (outcome.deadLetter !== null) addDeadLetter(this.#database, mine.gameId, mine.opId, outcome.deadLetter);
    this.#database.tellEnd(mine);
    return { kind: 'applied', publish: this.#messagesOf(mine) };
  }

  async releaseClaim(claim: ClaimKey, { reason, delayMs, unavailableMs }: ClaimRelease): Promise<void> {
    const mine = this.#held(claim);
    if (mine === null) return;
    mine.holder = null;
    mine.expiresAtMs = this.#database.clock.monotonicMs() + delayMs;
    mine.unavailableMs += unavailableMs;
    if (reason !== 'failure') mine.creditedAttempt = mine.attempt;
  }

  #held({ opId, attempt }: ClaimKey): MemoryOperation | null {
    const operation = this.#database.operations.find((one) => one.opId === opId && one.attempt === attempt);
    return operation?.status === 'running' && operation.holder !== null ? operation : null;
  }

  #renewOne(claim: ClaimKey, ttlMs: number): ClaimState['state'] {
    const mine = this.#held(claim);
    if (mine === null) return 'lost';
    mine.expiresAtMs = this.#database.clock.monotonicMs() + ttlMs;
    return isSuperseded(this.#database, mine) ? 'superseded' : 'held';
  }

  #change({ gameId }: MemoryOperation, change: RecordChange): boolean {
    if (change.kind === 'keep') return true;
    const after = changedRecord(this.#database.records.get(gameId) ?? null, change);
    if (after?.gameId !== gameId) return false;
    this.#database.records.set(gameId, structuredClone(after));
    return true;
  }

  #isDone({ gameId }: MemoryOperation, change: RecordChange): boolean {
    if (change.kind === 'keep') return true;
    const stored = this.#database.records.get(gameId);
    return stored !== undefined && hasPatch(stored, writtenFields(change));
  }

  // Returns the number of the result; null when the operation has none.
  #addResult({ opId, source, gameId }: MemoryOperation, { result }: OperationOutcome): bigint | null {
    if (source !== 'lobby') return null;
    const copy = structuredClone(result);
    const { message } = this.#database.addMessage(opId, 'job_result', gameId, (id, number, epoch) => ({
      kind: 'job_result',
      id,
      epoch,
      message: { number, result: copy },
    }));
    return message.number;
  }

  #messagesOf({ opId }: MemoryOperation): OutboxEntry[] {
    const { outbox, epoch } = this.#database;
    const own = outbox.filter(({ dedupeKey }) => dedupeKey === opId);
    return structuredClone(own.map(({ entry }) => ({ ...entry, epoch })));
  }

  #endedBefore({ opId, attempt }: ClaimKey): FinishOutcome {
    const operation = this.#database.operations.find((one) => one.opId === opId && one.attempt === attempt);
    if (operation === undefined || operation.finishedAt === null) return { kind: 'lost' };
    return { kind: 'already_mine', publish: this.#messagesOf(operation) };
  }
}

/** The record after the change; null when the change does not fit the stored one. */
function changedRecord(stored: RuntimeRecord | null, change: Exclude<RecordChange, { kind: 'keep' }>): RuntimeRecord | null {
  if (change.kind === 'insert') return stored === null ? change.record : null;
  const { status, containerId, version } = change.expected;
  if (stored?.status !== status || stored.currentContainerId !== containerId) return null;
  return version === undefined || stored.version === version ? patchedRecord(stored, change.set) : null;
}
