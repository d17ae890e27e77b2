import { OPERATION_CLASSES, type OperationClass, operationTraits, yieldsTo } from '@galaxy/domain';
import type { Claim, ClaimRequest, UnreadableOperation } from '@galaxy/manager-ports';
import type { MemoryDatabase, MemoryOperation } from './memory-database.js';

/** How long a row that can't be read is left to others. */
const UNREADABLE_DELAY_MS = 5000;

/** {@link OperationJournal.claim} in memory. */
export function claim(
  database: MemoryDatabase,
  request: ClaimRequest,
  onUnreadable: (operation: UnreadableOperation) => void = () => undefined,
): Claim[] {
  if (database.holdsInForce.has('restored')) return [];
  const chosen = [...choose(database, request)].sort(([a], [b]) => (a.ord < b.ord ? -1 : 1));
  for (const [operation] of chosen) take(database, operation, request);
  return chosen.flatMap(([operation, place]) => {
    const { opId, gameId, op, unreadable } = operation;
    if (unreadable === null) return [claimOf(database, operation, place)];
    releaseUnread(database, operation);
    onUnreadable({ opId, gameId, op, reason: unreadable });
    return [];
  });
}

// What is claimed, with the kind of place that it takes. What stands in two queues is claimed for the latter.
function choose(database: MemoryDatabase, request: ClaimRequest): ReadonlyMap<MemoryOperation, OperationClass> {
  const known = (operations: readonly MemoryOperation[]) => operations.filter((operation) => isKnown(operation, request));
  const expired = known(takeOvers(database, request));
  const queued = known(heads(database));
  const queues = {
    start: queued.filter(({ op }) => operationTraits(op).class === 'start'),
    turn: queued.filter(({ op }) => operationTraits(op).class === 'turn'),
    other: otherQueue(database, queued),
  };
  return new Map(
    OPERATION_CLASSES.flatMap((place) =>
      [...expired.filter(({ op }) => operationTraits(op).class === place), ...queues[place]]
        .slice(0, request.places[place])
        .map((operation) => [operation, place] as const),
    ),
  );
}

// An operation that was never begun and yields to a later one only has to be answered. It stands where the first such one is queued.
function otherQueue(database: MemoryDatabase, queued: readonly MemoryOperation[]): MemoryOperation[] {
  const places = queued.flatMap((operation) => {
    const ord = operationTraits(operation.op).class === 'other' ? operation.ord : preempting(database, operation)?.ord;
    return ord === undefined ? [] : [{ operation, ord }];
  });
  return places.sort((a, b) => (a.ord < b.ord ? -1 : 1)).map(({ operation }) => operation);
}

function takeOvers({ operations, clock }: MemoryDatabase, { takeOver, inFlight }: ClaimRequest): MemoryOperation[] {
  const now = clock.monotonicMs();
  return operations.filter(
    ({ status, expiresAtMs, holder, opId }) =>
      status === 'running' && expiresAtMs <= now && (holder === null || takeOver) && !inFlight.includes(opId),
  );
}

// The oldest queued operation of each game, unless an operation of the game runs.
function heads({ operations }: MemoryDatabase): MemoryOperation[] {
  const seen = new Set(operations.filter(({ status }) => status === 'running').map(({ gameId }) => gameId));
  return operations.filter(({ status, gameId }) => {
    if (status !== 'queued' || seen.has(gameId)) return false;
    seen.add(gameId);
    return true;
  });
}

function isKnown({ op, payloadVersion, stepVersion, progress }: MemoryOperation, { known }: ClaimRequest): boolean {
  const mine = known.find((one) => one.op === op);
  if (mine === undefined || payloadVersion > mine.payloadVersion) return false;
  return progress === null || (stepVersion <= mine.stepVersion && mine.steps.includes(progress.step));
}

function take({ clock, records }: MemoryDatabase, operation: MemoryOperation, { holder, ttlMs }: ClaimRequest): void {
  if (operation.attempt > operation.creditedAttempt) operation.failures++;
  operation.status = 'running';
  operation.attempt++;
  operation.holder = holder;
  operation.expiresAtMs = clock.monotonicMs() + ttlMs;
  if (operation.startedAt === null) operation.statusBefore = records.get(operation.gameId)?.status ?? null;
  operation.startedAt ??= clock.now();
}

function releaseUnread({ clock }: MemoryDatabase, operation: MemoryOperation): void {
  operation.holder = null;
  operation.expiresAtMs = clock.monotonicMs() + UNREADABLE_DELAY_MS;
  operation.creditedAttempt = operation.attempt;
}

function claimOf(database: MemoryDatabase, operation: MemoryOperation, place: OperationClass): Claim {
  const { opId, attempt, ord, gameId, source, sourceRef, job, entry, progress, failures, unavailableMs } = operation;
  const record = database.records.get(gameId) ?? null;
  const superseded = isSuperseded(database, operation);
  return structuredClone({
    opId,
    attempt,
    ord,
    gameId,
    source,
    sourceRef,
    job,
    entry,
    progress,
    record,
    superseded,
    place,
    failures,
    unavailableMs,
  });
}

/** Whether a later operation of the game is queued to which this one yields. */
export function isSuperseded(database: MemoryDatabase, operation: MemoryOperation): boolean {
  return preempting(database, operation) !== undefined;
}

// The first queued operation to which this one yields. An undecodable entry asks for nothing.
function preempting({ operations }: MemoryDatabase, { op, gameId, ord }: MemoryOperation): MemoryOperation | undefined {
  return operations.find(
    (later) =>
      later.gameId === gameId &&
      later.status === 'queued' &&
      later.ord > ord &&
      later.job.kind !== 'invalid' &&
      yieldsTo(op, later.op, later.force),
  );
}
