import type { Probe } from '../http/readiness.js';

/** One server and the ports behind it, as a command puts them together. */
export interface Part<T> {
  readonly probe: Probe;
  /** The ports. May throw a fault while the server is away, and does soon after the signal fires; calling again is safe. */
  readonly open: (signal: AbortSignal) => Promise<T>;
  /** Gives every connection up. */
  readonly close: () => Promise<void>;
}
