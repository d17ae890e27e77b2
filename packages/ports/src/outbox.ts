import type { NumberedDeadLetter } from './dead-letter-publisher.js';
import type { NumberedJobResult } from './job-result-publisher.js';

/** What waits to be published, with its id in the outbox. */
export type OutboxEntry =
  | { readonly kind: 'job_result'; readonly id: bigint; readonly message: NumberedJobResult }
  | { readonly kind: 'dead_letter'; readonly id: bigint; readonly message: NumberedDeadLetter };

/** The order an entry belongs to: the results of one game, or the dead letters of one lane. */
export interface OutboxLane {
  readonly kind: OutboxEntry['kind'];
  /** The game id, or the dead letters' lane. */
  readonly lane: string;
}

/** How much waits. */
export interface OutboxBacklog {
  readonly pending: number;
  /** Age of the oldest entry in milliseconds by the store's clock; null when nothing waits. */
  readonly oldestMs: number | null;
}

/**
 * The messages that were decided together with a change and are not yet known to be published. Every method throws
 * DependencyFault when the store does not answer.
 */
export interface Outbox {
  /** The oldest entries not marked as published, at most `limit`, in the order they were added. */
  pending(limit: number): Promise<OutboxEntry[]>;

  /** The entries of one lane from `fromNumber` on, published or not, in order, at most `limit`. */
  lane(lane: OutboxLane, fromNumber: bigint, limit: number): Promise<OutboxEntry[]>;

  /** Marks entries as published. Repeating is safe; unknown ids are ignored. */
  markPublished(ids: readonly bigint[]): Promise<void>;

  /** How much waits, for health and metrics. */
  backlog(): Promise<OutboxBacklog>;
}

/** The lane of an entry. */
export function outboxLane(entry: OutboxEntry): OutboxLane {
  return entry.kind === 'job_result'
    ? { kind: entry.kind, lane: entry.message.result.gameId }
    : { kind: entry.kind, lane: entry.message.lane };
}
