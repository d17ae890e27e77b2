/**
 * The name of the coordinator's lease. It is the door of the queue as well: everything that queues operations locks it first, also
 * who does not hold it. So operations are numbered in the order in which they become visible.
 */
export const COORDINATOR_LEASE = 'coordinator';

/** A lease that is held. Its epoch fences every write made under it. */
export interface LeaseGrant {
  readonly name: string;
  readonly holder: string;
  /** Rises with every new grant after an expiry or a release. */
  readonly epoch: bigint;
}

/**
 * Leases by name: at most one holder at a time, by the store's own clock. Both methods throw DependencyFault when the
 * store does not answer.
 */
export interface Leases {
  /**
   * Takes or renews the lease for `ttlMs`. Returns null while another process holds it. A renewal before expiry keeps the epoch.
   * After an expiry or a release the next holder gets a higher epoch, even if it is the previous holder.
   */
  acquire(name: string, holder: string, ttlMs: number): Promise<LeaseGrant | null>;

  /** Releases the lease at once; a no-op when it belongs to another process by now. */
  release(grant: LeaseGrant): Promise<void>;
}
