/** Time, for everything that must be testable without waiting. */
export interface Clock {
  /** The wall clock: for what people read. Never for order or deadlines. */
  now(): Date;

  /** Milliseconds since some fixed moment; never steps back. */
  monotonicMs(): number;

  /** Returns after `ms` milliseconds, or at once when the signal is or becomes aborted. Never throws. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
