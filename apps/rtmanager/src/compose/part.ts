import type { Probe } from '../http/readiness.js';

/** Ports that are not open yet: how to open them, and how to close what they need. */
export interface Opening<T> {
  /** Returns the ports. Throws while the server does not answer, and soon after the signal fires. Safe to repeat. */
  readonly open: (signal: AbortSignal) => Promise<T>;
  /** Closes all connections. */
  readonly close: () => Promise<void>;
}

/** One server of an assembly, and the ports on it. */
export interface Part<T> extends Opening<T> {
  readonly probe: Probe;
}
