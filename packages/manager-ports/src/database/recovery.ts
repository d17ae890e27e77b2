import type { OutboxLane } from './outbox.js';

/**
 * The statements that only an operator's recovery of a restored database needs. No other work happens meanwhile, because a hold
 * `restored` is in force. Both methods throw DependencyFault when the store does not answer.
 */
export interface Recovery {
  /**
   * Ends all open operations as failed with `internal_error` and this message. Publishes nothing for them. Returns how many there
   * were. Repeating is safe. A no-op without a hold `restored`.
   */
  closeOperations(message: string): Promise<number>;

  /** The last number used per lane, in the order of `lanes`; 0 for a lane without messages. */
  lastNumbers(lanes: readonly OutboxLane[]): Promise<bigint[]>;
}
