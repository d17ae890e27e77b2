import type { ReconcileVerdict } from './decide-reconcile.js';
import type { StopReason } from './stop-reason.js';

/** Start the game with this image. */
export interface StartJob {
  readonly kind: 'start';
  readonly gameId: string;
  readonly imageRef: string;
  /** When the producer asked, in milliseconds since 1970 (UTC) by its clock; 0 when it did not say. Never used for order. */
  readonly requestedAtMs: bigint;
}

/** Stop the game. */
export interface StopJob {
  readonly kind: 'stop';
  readonly gameId: string;
  readonly reason: StopReason;
  /** As in {@link StartJob}. */
  readonly requestedAtMs: bigint;
}

/** An entry that could not be decoded but names a game: it is answered with `invalid_job` in its turn. */
export interface InvalidJob {
  readonly kind: 'invalid';
  /** The stream it came by. */
  readonly of: 'start' | 'stop';
  /** As the entry says, trimmed; it need not match the pattern of game ids. */
  readonly gameId: string;
  readonly message: string;
}

/** Act on a record and containers that do not agree. Found by the reconciler; decided anew by whoever carries it out. */
export interface ReconcileJob {
  readonly kind: 'reconcile';
  readonly gameId: string;
  /** What was found to be done about the record and its container. Nothing else is done. */
  readonly verdict: ReconcileVerdict;
  /** Containers of the game besides the one that counts, to be removed. */
  readonly orphans: readonly string[];
  /** For people: what was seen. */
  readonly reason: string;
}

/** What one entry of the job streams asks for. */
export type StreamJob = StartJob | StopJob | InvalidJob;

/** What one operation is to do. */
export type RuntimeJob = StreamJob | ReconcileJob;

/** The operation a job is queued as. */
export function jobOperation(job: RuntimeJob): 'start' | 'stop' | 'reconcile' {
  return job.kind === 'invalid' ? job.of : job.kind;
}
