import type { Probe } from '../http/readiness.js';

/** One server of an assembly, and the ports on it. */
export interface Part<T> {
  readonly probe: Probe;
  /** Returns the ports. Throws while the server does not answer, and soon after the signal fires. Safe to repeat. */
  readonly open: (signal: AbortSignal) => Promise<T>;
  /** Closes all connections. */
  readonly close: () => Promise<void>;
}
