import type { StreamJob } from '@galaxy/domain';
import type { NumberedDeadLetter } from '../streams/dead-letter-publisher.js';

/** The operator's decision about a dead letter; `open` while there is none. */
export type DeadLetterState = 'open' | 'requeued' | 'discarded';

/** A dead letter in the store, with the decision about it. */
export interface StoredDeadLetter extends NumberedDeadLetter {
  /** Its id in the outbox. */
  readonly id: bigint;
  readonly state: DeadLetterState;
}

/** Reads dead letters, and records decisions about them. Every method throws DependencyFault when the store does not answer. */
export interface DeadLetterBox {
  /** Dead letters in this state, oldest first, at most `limit` (1 to 1000); with `after`, only those with a higher id. */
  list(query: { readonly state: DeadLetterState; readonly after?: bigint; readonly limit: number }): Promise<StoredDeadLetter[]>;

  /** One dead letter, or null when there is none with this id. */
  get(id: bigint): Promise<StoredDeadLetter | null>;

  /** Records a decision about an open dead letter. False when there is none with this id, or when it is no longer open. */
  resolve(id: bigint, state: Exclude<DeadLetterState, 'open'>): Promise<boolean>;

  /**
   * Queues an operation of source `admin` and marks the open dead letter `requeued`, both or neither. False when there is no open one
   * with this id, or while a hold `restored` is in force.
   */
  requeue(id: bigint, operation: RequeuedOperation): Promise<boolean>;
}

/** The operation that does the job of a dead letter once more. Its result is not published as a result: its job was answered. */
export interface RequeuedOperation {
  /** A UUID chosen by the caller. */
  readonly opId: string;
  readonly sourceRef: string;
  readonly job: StreamJob;
}
