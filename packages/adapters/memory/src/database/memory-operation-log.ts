import { jobReason, jobRequestedAtMs, operationTraits } from '@galaxy/domain';
import type { OperationLog, OperationLogEntry } from '@galaxy/manager-ports';
import { type JobResult, validatePageLimit } from '@galaxy/ports';
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
  const { ord, opId, gameId, op, source, sourceRef, job, requestedBy, status, statusBefore, attempt, failures } = operation;
  const { errorCode, queuedAt, startedAt, finishedAt, result, progress } = operation;
  const asked = { job, requestedBy, requestedAtMs: jobRequestedAtMs(job), reason: jobReason(job) };
  const progressed = { status, statusBefore, attempt, failures, step: progress?.step ?? null, queuedAt, startedAt, finishedAt };
  const ended = { errorCode, errorMessage: result?.errorMessage ?? '', result: result === null ? null : resultOf(result) };
  return structuredClone({ ord, opId, gameId, op, class: operationTraits(op).class, source, sourceRef, ...asked, ...progressed, ...ended });
}

const resultOf = ({ outcome, containerId, engineEndpoint }: JobResult) => ({ outcome, containerId, engineEndpoint });
