import type { Probe } from '../http/readiness.js';

/** Ports that are not there yet: how to get them, and how to end what they need. */
export interface Opening<T> {
  /** The ports. May throw a fault while the server is away, and does soon after the signal fires; calling again is safe. */
  readonly open: (signal: AbortSignal) => Promise<T>;
  /** Gives every connection up. */
  readonly close: () => Promise<void>;
}

/** One server and the ports behind it, as a command puts them together. */
export interface Part<T> extends Opening<T> {
  readonly probe: Probe;
}
