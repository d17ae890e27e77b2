import type { NumberedDeadLetter } from './dead-letter-publisher.js';

/** What an operator has decided about a dead letter; `open` while nobody has. */
export type DeadLetterState = 'open' | 'requeued' | 'discarded';

/** A dead letter as the store keeps it. */
export interface StoredDeadLetter extends NumberedDeadLetter {
  /** Its id in the outbox. */
  readonly id: bigint;
  readonly state: DeadLetterState;
}

/** Reads the entries that were given up, and notes what became of them. Every method throws DependencyFault when the store does not answer. */
export interface DeadLetterBox {
  /** Dead letters in that state, oldest first, at most `limit` (1 to 1000), all after the id `after` when that is given. */
  list(query: { readonly state: DeadLetterState; readonly after?: bigint; readonly limit: number }): Promise<StoredDeadLetter[]>;

  /** One dead letter, or null. */
  get(id: bigint): Promise<StoredDeadLetter | null>;

  /** Notes a decision about an open one. False when there is none of that id, or it is open no more. */
  resolve(id: bigint, state: Exclude<DeadLetterState, 'open'>): Promise<boolean>;
}

/** Puts an entry back into the stream it came from. */
export interface EntryRequeue {
  /**
   * Appends the raw entry (JSON as in DeadLetter.raw) to the stream of that key. Calls with the same `once` append once.
   * @throws InvalidInputError when the raw entry is no entry, or was cut short.
   * @throws DependencyFault when the server does not answer or refuses.
   */
  requeue(entry: { readonly stream: string; readonly raw: string; readonly once: string }): Promise<{ readonly entryId: string }>;
}
