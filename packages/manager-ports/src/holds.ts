import type { LeaseGrant } from './leases.js';

/** Why the manager does nothing until an operator has decided. */
export const HOLD_REASONS = ['restored', 'mass_change', 'engine_changed'] as const;

/**
 * One of {@link HOLD_REASONS}: `restored` PostgreSQL is behind what Redis shows was already done: nothing is taken in,
 * claimed, published or removed. `mass_change` and `engine_changed` hold back only what the reconciler would do.
 */
export type HoldReason = (typeof HOLD_REASONS)[number];

/** A hold in force. */
export interface Hold {
  readonly reason: HoldReason;
  /** For operators: what was found. */
  readonly message: string;
  readonly since: Date;
}

/** Holds of this installation, kept with the records so that all replicas see them. Every method throws DependencyFault when the store does not answer. */
export interface Holds {
  /** The holds in force, at most one per reason. */
  list(): Promise<Hold[]>;

  /**
   * Puts a hold in force; one of that reason that is in force already keeps its `since` and takes the new message. With a
   * lease, nothing is changed once it is somebody else's: what was found under it may have been decided about since.
   */
  set(reason: HoldReason, message: string, under?: LeaseGrant): Promise<void>;

  /** Lifts a hold; a no-op when there is none. */
  clear(reason: HoldReason): Promise<void>;
}
