import type { Claim, ClaimRequest } from '@galaxy/manager-ports';
import type { MemoryDatabase, MemoryOperation } from './memory-database.js';

/** {@link OperationJournal.claim} in memory. */
export function claim(database: MemoryDatabase, request: ClaimRequest): Claim[] {
  if (database.holdsInForce.has('restored')) return [];
  const claimable = [...takeOvers(database, request), ...heads(database)];
  const starts = claimable.filter(({ op }) => op === 'start').slice(0, request.starts);
  const others = claimable.filter(({ op }) => op !== 'start').slice(0, request.others);
  const chosen = [...starts, ...others].sort((a, b) => (a.ord < b.ord ? -1 : 1));
  for (const operation of chosen) take(database, operation, request);
  return chosen.map((operation) => claimOf(database, operation));
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

function take({ clock, records }: MemoryDatabase, operation: MemoryOperation, { holder, ttlMs }: ClaimRequest): void {
  if (operation.attempt > operation.creditedAttempt) operation.failures++;
  operation.status = 'running';
  operation.attempt++;
  operation.holder = holder;
  operation.expiresAtMs = clock.monotonicMs() + ttlMs;
  if (operation.startedAt === null) operation.statusBefore = records.get(operation.gameId)?.status ?? null;
  operation.startedAt ??= clock.now();
}

function claimOf(database: MemoryDatabase, operation: MemoryOperation): Claim {
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
    failures,
    unavailableMs,
  });
}

/** Whether a later stop of the game is queued behind this start. An undecodable entry of the stop stream is not a stop. */
export function isSuperseded({ operations }: MemoryDatabase, { op, gameId, ord }: MemoryOperation): boolean {
  return (
    op === 'start' &&
    operations.some((later) => later.gameId === gameId && later.status === 'queued' && later.ord > ord && later.job.kind === 'stop')
  );
}
