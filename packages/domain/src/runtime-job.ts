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

/** What one entry of the job streams asks for. */
export type RuntimeJob = StartJob | StopJob | InvalidJob;

/** The operation a job is queued as. */
export function jobOperation(job: RuntimeJob): 'start' | 'stop' {
  return job.kind === 'invalid' ? job.of : job.kind;
}
