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
}

/** Puts an entry back into the stream it came from. */
export interface EntryRequeue {
  /**
   * Appends the raw entry (JSON as in DeadLetter.raw) to the stream of that key. Calls with the same `once` append once.
   * @throws InvalidInputError when `raw` is not an entry, or only the first part of one.
   * @throws DependencyFault when the server does not answer or refuses.
   */
  requeue(entry: { readonly stream: string; readonly raw: string; readonly once: string }): Promise<{ readonly entryId: string }>;
}
