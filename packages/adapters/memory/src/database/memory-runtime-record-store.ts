import { moveRecord, type RuntimeRecord, type RuntimeStatus } from '@galaxy/domain';
import {
  RuntimeConflictError,
  RuntimeNotFoundError,
  type RuntimePage,
  type RuntimePageQuery,
  type RuntimeRecordStore,
  type UpdateStatusInput,
  validatePageLimit,
  validateRuntimeRecord,
  validateUpdateStatusInput,
} from '@galaxy/ports';
import type { MemoryDatabase } from './memory-database.js';

/** Runtime records in memory. */
export class MemoryRuntimeRecordStore implements RuntimeRecordStore {
  readonly #records: Map<string, RuntimeRecord>;

  constructor(database: MemoryDatabase) {
    this.#records = database.records;
  }

  async get(gameId: string): Promise<RuntimeRecord> {
    return structuredClone(this.#find(gameId));
  }

  async upsert(record: RuntimeRecord): Promise<void> {
    validateRuntimeRecord(record);
    const version = (this.#records.get(record.gameId)?.version ?? 0) + 1;
    this.#records.set(record.gameId, structuredClone({ ...record, version }));
  }

  async updateStatus(input: UpdateStatusInput): Promise<void> {
    validateUpdateStatusInput(input);
    const { gameId, expectedFrom, expectedContainerId, to, now } = input;
    const record = this.#find(gameId);
    const isExpectedContainer = expectedContainerId === '' || record.currentContainerId === expectedContainerId;
    if (record.status !== expectedFrom || !isExpectedContainer) throw new RuntimeConflictError(gameId);
    this.#records.set(gameId, { ...moveRecord(record, to, new Date(now)), version: record.version + 1 });
  }

  async list(): Promise<RuntimeRecord[]> {
    return structuredClone([...this.#records.values()]);
  }

  async listByStatus(status: RuntimeStatus): Promise<RuntimeRecord[]> {
    return structuredClone([...this.#records.values()].filter((record) => record.status === status));
  }

  async listPage({ status, after = '', limit }: RuntimePageQuery): Promise<RuntimePage> {
    validatePageLimit('list runtimes', limit);
    const behind = [...this.#records.values()]
      .filter((record) => (status === undefined || record.status === status) && bytewise(record.gameId, after) > 0)
      .sort((a, b) => bytewise(a.gameId, b.gameId));
    const records = structuredClone(behind.slice(0, limit));
    return { records, next: behind.length > limit ? (records.at(-1)?.gameId ?? null) : null };
  }

  #find(gameId: string): RuntimeRecord {
    const record = this.#records.get(gameId);
    if (record === undefined) throw new RuntimeNotFoundError(gameId);
    return record;
  }
}

const bytewise = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
