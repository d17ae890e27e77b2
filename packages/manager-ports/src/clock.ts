/** Time as a port, so that tests need not wait. */
export interface Clock {
  /** The wall clock, for times that people read. Never use it for order or deadlines. */
  now(): Date;

  /** Milliseconds since some fixed moment; never steps back. Use it for durations and deadlines. */
  monotonicMs(): number;

  /** Returns after `ms` milliseconds, or at once when the signal is or becomes aborted. Never throws. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
