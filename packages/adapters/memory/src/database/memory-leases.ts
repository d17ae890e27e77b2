import type { LeaseGrant, Leases } from '@galaxy/manager-ports';
import type { MemoryDatabase } from './memory-database.js';

/** {@link Leases} in memory. */
export class MemoryLeases implements Leases {
  readonly #database: MemoryDatabase;

  constructor(database: MemoryDatabase) {
    this.#database = database;
  }

  async acquire(name: string, holder: string, ttlMs: number): Promise<LeaseGrant | null> {
    const now = this.#database.clock.monotonicMs();
    const lease = this.#database.leases.get(name) ?? { holder: null, epoch: 0n, expiresAtMs: 0 };
    const isHeld = lease.holder !== null && lease.expiresAtMs > now;
    if (isHeld && lease.holder !== holder) return null;
    const epoch = isHeld ? lease.epoch : lease.epoch + 1n;
    this.#database.leases.set(name, { holder, epoch, expiresAtMs: now + ttlMs });
    return { name, holder, epoch };
  }

  async release(grant: LeaseGrant): Promise<void> {
    const lease = this.#database.leases.get(grant.name);
    if (lease !== undefined && this.#database.holds(grant)) lease.holder = null;
  }
}
