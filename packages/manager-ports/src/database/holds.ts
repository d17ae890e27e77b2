import type { LeaseGrant } from './leases.js';

/** The reasons for which the manager stops work until an operator decides. */
export const HOLD_REASONS = ['restored', 'mass_change', 'engine_changed'] as const;

/**
 * One of {@link HOLD_REASONS}. `restored`: Redis shows work that PostgreSQL does not know of, so the database was restored from a
 * backup; nothing is ingested, claimed, published or removed. `mass_change` and `engine_changed` stop only destructive acts of the
 * reconciler.
 */
export type HoldReason = (typeof HOLD_REASONS)[number];

/** A hold in force. */
export interface Hold {
  readonly reason: HoldReason;
  /** What was found, for operators. */
  readonly message: string;
  readonly since: Date;
}

/** The holds of this installation, stored with the records so that all replicas see them. Every method throws DependencyFault when the store does not answer. */
export interface Holds {
  /** The holds in force, at most one per reason. */
  list(): Promise<Hold[]>;

  /**
   * Puts a hold in force. If one with this reason is in force, it keeps its `since` and gets the new message. With `under`, nothing
   * is changed when another process holds that lease by now: an operator may already have decided about what was found under it.
   */
  set(reason: HoldReason, message: string, under?: LeaseGrant): Promise<void>;

  /** Clears a hold; a no-op when there is none. */
  clear(reason: HoldReason): Promise<void>;
}
