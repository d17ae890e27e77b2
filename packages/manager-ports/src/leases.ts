/** A lease that is held: its epoch fences every write done under it. */
export interface LeaseGrant {
  readonly name: string;
  readonly holder: string;
  /** Rises with every change of holder. */
  readonly epoch: bigint;
}

/**
 * Leases by name: at most one holder at a time, by the store's own clock. Both methods throw DependencyFault when the
 * store does not answer.
 */
export interface Leases {
  /**
   * Takes or renews the lease for `ttlMs`. Returns null while somebody else holds it. A renewal before expiry keeps the
   * epoch; whoever takes it after an expiry or a release gets a higher one, the previous holder included.
   */
  acquire(name: string, holder: string, ttlMs: number): Promise<LeaseGrant | null>;

  /** Gives the lease up at once; a no-op when it belongs to somebody else by now. */
  release(grant: LeaseGrant): Promise<void>;
}
