import { isIdAfter, parseEntryId } from '@galaxy/domain';
import type { History, LeaseGrant, PruneLimits, PruneOutcome } from '@galaxy/manager-ports';
import type { MemoryDatabase, MemoryOperation } from './memory-database.js';

const FAR_AHEAD_MS = 3_600_000;

/** {@link History} in memory. */
export class MemoryHistory implements History {
  readonly #database: MemoryDatabase;
  /** The end of the last operation that was looked at. */
  #place: readonly [endedMs: number, ord: bigint] = [Number.NEGATIVE_INFINITY, 0n];

  constructor(database: MemoryDatabase) {
    this.#database = database;
  }

  async pruneOperations(lease: LeaseGrant, { keepMs, limit }: PruneLimits): Promise<PruneOutcome> {
    if (!this.#database.holds(lease)) return { kind: 'lost' };
    const { operations, records } = this.#database;
    const visited = operations
      .filter((one) => this.#isOld(one, keepMs) && !this.#isPassed(one))
      .toSorted((a, b) => endOf(a) - endOf(b) || Number(a.ord - b.ord))
      .slice(0, limit);
    const isLast = (one: MemoryOperation) => operations.findLast(({ gameId }) => gameId === one.gameId) === one;
    const games = new Set(visited.map(({ gameId }) => gameId));
    const looked = new Set(visited);
    const chosen = operations.filter((one) => {
      const isDue = looked.has(one) || (games.has(one.gameId) && this.#isPassed(one));
      return isDue && !(isLast(one) && records.has(one.gameId));
    });
    const last = visited.at(-1);
    if (last !== undefined) this.#place = [endOf(last), last.ord];
    return { kind: 'pruned', looked: visited.length, deleted: this.#delete(chosen, keepMs) };
  }

  async pruneRecords(lease: LeaseGrant, { keepMs, limit }: PruneLimits): Promise<PruneOutcome> {
    if (!this.#database.holds(lease)) return { kind: 'lost' };
    const { operations, records } = this.#database;
    const old = [...records.values()]
      .filter(({ status, lastOpAt }) => status === 'removed' && lastOpAt.getTime() < this.#cutoff(keepMs))
      .filter(({ gameId }) => operations.every((one) => one.gameId !== gameId || this.#isPassed(one)))
      .slice(0, limit);
    for (const { gameId } of old) records.delete(gameId);
    const games = new Set(old.map(({ gameId }) => gameId));
    const chosen = operations.filter(({ gameId }) => games.has(gameId));
    this.#delete(chosen, keepMs);
    return { kind: 'pruned', looked: old.length, deleted: old.length };
  }

  #cutoff(keepMs: number): number {
    return this.#database.clock.now().getTime() - keepMs;
  }

  #isOld(one: MemoryOperation, keepMs: number): boolean {
    return one.finishedAt !== null && endOf(one) < this.#cutoff(keepMs);
  }

  #isPassed(one: MemoryOperation): boolean {
    const [endedMs, ord] = this.#place;
    return one.finishedAt !== null && (endOf(one) < endedMs || (endOf(one) === endedMs && one.ord <= ord));
  }

  #delete(chosen: readonly MemoryOperation[], keepMs: number): number {
    const { operations, ingested, prunedUpTo } = this.#database;
    const latestMs = BigInt(this.#cutoff(keepMs) + FAR_AHEAD_MS);
    const deleted = chosen.filter((one) => this.#isOld(one, keepMs) && (one.entry === null || msOf(one.entry.entryId) < latestMs));
    for (const operation of deleted) {
      operations.splice(operations.indexOf(operation), 1);
      if (operation.entry === null) continue;
      const { stream, entryId } = operation.entry;
      if (isIdAfter(entryId, prunedUpTo[stream])) prunedUpTo[stream] = entryId;
      for (const key of ingested) if (key.startsWith(`${stream}:${entryId}:`)) ingested.delete(key);
    }
    return deleted.length;
  }
}

const msOf = (entryId: string): bigint => parseEntryId(entryId)?.ms ?? 0n;
const endOf = ({ finishedAt }: MemoryOperation): number => finishedAt?.getTime() ?? Number.POSITIVE_INFINITY;
