import type { ReconcileJob } from '@galaxy/domain';
import type { GameView, LeaseGrant, QueueOutcome, ReconcileQueue, StoppedPage } from '@galaxy/manager-ports';
import type { MemoryDatabase } from './memory-database.js';
import { addOperation } from './memory-queue.js';

/** The reconcile queue in memory. */
export class MemoryReconcileQueue implements ReconcileQueue {
  readonly #database: MemoryDatabase;

  constructor(database: MemoryDatabase) {
    this.#database = database;
  }

  async games(named: readonly string[], { after, limit }: StoppedPage): Promise<GameView[]> {
    const records = [...this.#database.records.values()];
    const stopped = records.filter(({ gameId, status }) => status === 'stopped' && gameId > after).map(({ gameId }) => gameId);
    const lively = records.filter(({ status }) => status !== 'removed' && status !== 'stopped').map(({ gameId }) => gameId);
    return this.lookAt([...lively, ...stopped.sort().slice(0, limit), ...named]);
  }

  async lookAt(gameIds: readonly string[]): Promise<GameView[]> {
    return [...new Set(gameIds)].map((gameId) => {
      const record = this.#database.records.get(gameId) ?? null;
      return { gameId, record: structuredClone(record), open: this.#isOpen(gameId) };
    });
  }

  async queue(lease: LeaseGrant, acts: readonly { readonly opId: string; readonly job: ReconcileJob }[]): Promise<QueueOutcome> {
    if (!this.#database.isCoordinator(lease)) return { kind: 'lost' };
    const queued = acts.filter(({ opId, job }) => {
      if (this.#isOpen(job.gameId) || this.#isKnown(opId)) return false;
      const asked = { opId, source: 'reconciler', sourceRef: 'reconcile', job, requestedBy: 'reconciler', isRequest: false } as const;
      addOperation(this.#database, { ...asked, entry: null });
      return true;
    });
    return { kind: 'queued', gameIds: queued.map(({ job }) => job.gameId) };
  }

  #isOpen(gameId: string): boolean {
    const { operations } = this.#database;
    return operations.some((one) => one.gameId === gameId && (one.status === 'queued' || one.status === 'running'));
  }

  #isKnown(opId: string): boolean {
    return this.#database.operations.some((one) => one.opId === opId);
  }
}
