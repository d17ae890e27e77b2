import type { ReconcileJob, RuntimeRecord } from '@galaxy/domain';
import type { LeaseGrant } from './leases.js';

/** A game as the store knows it. */
export interface GameView {
  readonly gameId: string;
  readonly record: RuntimeRecord | null;
  /** Whether an operation of the game is queued or running. While it is, only its holder changes the record. */
  readonly open: boolean;
}

/** A part of the games whose record is `stopped`, in the order of their ids: at most `limit` after `after`. */
export interface StoppedPage {
  readonly after: string;
  readonly limit: number;
}

/** `queued`: `gameIds` are the games whose act was queued; the others had an open operation. `lost`: another process has the lease. */
export type QueueOutcome = { readonly kind: 'queued'; readonly gameIds: readonly string[] } | { readonly kind: 'lost' };

/** Reads the games for the reconciler, and queues its acts. Every method throws DependencyFault when the store does not answer. */
export interface ReconcileQueue {
  /**
   * All games whose record is neither `removed` nor `stopped`, the `stopped` ones of a page, and all games in `named`, as of one moment.
   * A game may stay `stopped` for as long as its container is kept, so that these are read in parts.
   */
  games(named: readonly string[], stopped: StoppedPage): Promise<GameView[]>;

  /** Only the given games, as of one moment. */
  lookAt(gameIds: readonly string[]): Promise<GameView[]>;

  /**
   * Queues acts as operations of the reconciler, under the coordinator's lease: each only if its game has no open operation, at most one
   * per game. Any other lease counts as lost.
   */
  queue(lease: LeaseGrant, acts: readonly { readonly opId: string; readonly job: ReconcileJob }[]): Promise<QueueOutcome>;
}
