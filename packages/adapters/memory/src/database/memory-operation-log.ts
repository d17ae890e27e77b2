import type { OperationLog, OperationLogEntry } from '@galaxy/manager-ports';
import { validatePageLimit } from '@galaxy/ports';
import type { MemoryDatabase, MemoryOperation } from './memory-database.js';

/** The operation log in memory. */
export class MemoryOperationLog implements OperationLog {
  readonly #operations: readonly MemoryOperation[];

  constructor(database: MemoryDatabase) {
    this.#operations = database.operations;
  }

  async get(opId: string): Promise<OperationLogEntry | null> {
    const operation = this.#operations.find((one) => one.opId === opId);
    return operation === undefined ? null : entryOf(operation);
  }

  async listByGame(gameId: string, query: { readonly beforeOrd?: bigint; readonly limit: number }): Promise<OperationLogEntry[]> {
    const { beforeOrd, limit } = query;
    validatePageLimit('list operations', limit);
    const older = this.#operations.filter((one) => one.gameId === gameId && (beforeOrd === undefined || one.ord < beforeOrd));
    return older.reverse().slice(0, limit).map(entryOf);
  }
}

function entryOf(operation: MemoryOperation): OperationLogEntry {
  const { ord, opId, gameId, op, source, sourceRef, status, attempt, failures, errorCode, queuedAt, startedAt, finishedAt } = operation;
  const step = operation.progress?.step ?? null;
  const errorMessage = operation.result?.errorMessage ?? '';
  return structuredClone({
    ord,
    opId,
    gameId,
    op,
    source,
    sourceRef,
    status,
    attempt,
    failures,
    step,
    errorCode,
    errorMessage,
    queuedAt,
    startedAt,
    finishedAt,
  });
}
