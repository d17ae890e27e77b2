import type { OutboxLane } from './outbox.js';

/**
 * What only an operator's recovery of a restored database asks for. Nothing else is at work meanwhile: a hold `restored`
 * is in force. Both methods throw DependencyFault when the store does not answer.
 */
export interface Recovery {
  /**
   * Ends every open operation as failed with `internal_error` and this message. Nothing is published for them. Returns
   * how many there were; repeating is safe. A no-op without a hold `restored`.
   */
  closeOperations(message: string): Promise<number>;

  /** The last number given out per lane, in the order asked; 0 for a lane that has none. */
  lastNumbers(lanes: readonly OutboxLane[]): Promise<bigint[]>;
}
