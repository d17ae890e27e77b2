import type { LeaseGrant } from './leases.js';

/** How long ended operations are kept, in milliseconds, and how many rows one call looks at. */
export interface PruneLimits {
  readonly keepMs: number;
  readonly limit: number;
}

/** `looked`: how many rows the call looked at; fewer than the limit when there are no more. `lost`: another process has the lease. */
export type PruneOutcome = { readonly kind: 'pruned'; readonly looked: number; readonly deleted: number } | { readonly kind: 'lost' };

/**
 * Deletes what is old from the operation log and the records, a portion per call. An entry of a job stream whose operation was
 * deleted is never ingested again: the store remembers per stream up to which entry operations were deleted. Every call is safe to
 * repeat, and throws DependencyFault when the store does not answer.
 */
export interface History {
  /**
   * Deletes operations that ended longer ago than `keepMs`, the oldest first. Each call goes on where the one before ended. Two kinds
   * of operations stay: the last one of a game that has a record, until a later one of the game is as old; and those of an entry whose
   * id is more than an hour later than the time up to which is deleted.
   */
  pruneOperations(lease: LeaseGrant, limits: PruneLimits): Promise<PruneOutcome>;

  /**
   * Deletes records that are `removed` and were last changed longer ago than `keepMs`, with what the log still has of their games. A
   * record stays while {@link pruneOperations} has not passed the last operation of its game.
   */
  pruneRecords(lease: LeaseGrant, limits: PruneLimits): Promise<PruneOutcome>;
}
