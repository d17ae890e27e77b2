import type { ReconcileJob, RuntimeRecord } from '@galaxy/domain';
import type { LeaseGrant } from './leases.js';

/** What the store knows of a game. */
export interface GameView {
  readonly gameId: string;
  readonly record: RuntimeRecord | null;
  /** Whether an operation of the game is queued or running: its holder alone moves the record then. */
  readonly open: boolean;
}

/** `queued` names the games whose act was queued; the others had an operation open by then. `lost`: the lease is somebody else's. */
export type QueueOutcome = { readonly kind: 'queued'; readonly gameIds: readonly string[] } | { readonly kind: 'lost' };

/** Where drift between records and containers is found, and acts against it are queued. Both ends throw DependencyFault when the store does not answer. */
export interface ReconcileQueue {
  /** Every game whose record is not `removed`, and every one named; as of one moment. */
  games(named: readonly string[]): Promise<GameView[]>;

  /** The games named, no others; as of one moment. */
  lookAt(gameIds: readonly string[]): Promise<GameView[]>;

  /**
   * Queues acts as operations of the reconciler, each only while its game has no operation open, under the lease. At
   * most one act per game.
   */
  queue(lease: LeaseGrant, acts: readonly { readonly opId: string; readonly job: ReconcileJob }[]): Promise<QueueOutcome>;
}
