import type { ReconcileVerdict } from './decide-reconcile.js';
import type { StopReason } from './stop-reason.js';

/** The request to start a game with this image. */
export interface StartJob {
  readonly kind: 'start';
  readonly gameId: string;
  readonly imageRef: string;
  /** When the producer sent it, in milliseconds since 1970 (UTC) by its clock; 0 when it did not say. Never used for ordering. */
  readonly requestedAtMs: bigint;
}

/** The request to stop a game. */
export interface StopJob {
  readonly kind: 'stop';
  readonly gameId: string;
  readonly reason: StopReason;
  /** As in {@link StartJob}. */
  readonly requestedAtMs: bigint;
}

/** An entry that could not be decoded but names a game. When its turn comes, it is answered with `invalid_job`. */
export interface InvalidJob {
  readonly kind: 'invalid';
  /** The stream it was read from. */
  readonly of: 'start' | 'stop';
  /** The trimmed value of the entry; it may not match the pattern of game ids. */
  readonly gameId: string;
  readonly message: string;
}

/** The reconciler's request to act on a drift. The process that carries it out inspects and decides again. */
export interface ReconcileJob {
  readonly kind: 'reconcile';
  readonly gameId: string;
  /** The verdict of the pass. The job does this or nothing. */
  readonly verdict: ReconcileVerdict;
  /** Ids of the game's orphans, to be removed. */
  readonly orphans: readonly string[];
  /** What was seen, for logs and reports. */
  readonly reason: string;
}

/** A job that was read from a job stream. */
export type StreamJob = StartJob | StopJob | InvalidJob;

/** Any job that can be queued as an operation. */
export type RuntimeJob = StreamJob | ReconcileJob;

/** The operation as which a job is queued. */
export function jobOperation(job: RuntimeJob): 'start' | 'stop' | 'reconcile' {
  return job.kind === 'invalid' ? job.of : job.kind;
}

/** Why the job was requested: a stop's reason, or what the reconciler saw. Empty when the job has no reason. */
export function jobReason(job: RuntimeJob): string {
  return 'reason' in job ? job.reason : '';
}

/** When the job was requested, as in {@link StartJob}; null when its producer did not say. */
export function jobRequestedAtMs(job: RuntimeJob): bigint | null {
  return 'requestedAtMs' in job && job.requestedAtMs !== 0n ? job.requestedAtMs : null;
}
