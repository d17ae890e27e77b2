import { InvalidInputError } from './faults.js';

/** The two outcomes of a job; `success` includes the idempotent replay (`error_code` = `replay_no_op`). */
export const JOB_OUTCOMES = ['success', 'failure'] as const;

/** One of {@link JOB_OUTCOMES}. */
export type JobOutcome = (typeof JOB_OUTCOMES)[number];

/**
 * The result of one start or stop job, as `runtime:job_results` carries it: all six fields, always, and no others.
 * Fields that do not apply are empty strings.
 */
export interface JobResult {
  /** The game the job acted on. */
  readonly gameId: string;
  readonly outcome: JobOutcome;
  /** The container's id on success; empty on failure, and when a stop found the record removed or the container gone. */
  readonly containerId: string;
  /** `http://galaxy-game-{game_id}:8080`, filled and empty together with `containerId`. */
  readonly engineEndpoint: string;
  /** Empty on a fresh success, `replay_no_op` on a replay, a stable code of docs/error-model.md on failure. */
  readonly errorCode: string;
  /** What an operator can read; empty on success. */
  readonly errorMessage: string;
}

/** Publishes the results of jobs: one entry on `runtime:job_results` per finished start or stop job. */
export interface JobResultPublisher {
  /**
   * Appends one result with all six fields. One call is one entry, even when a reply is lost on the way. Results carry no
   * job id, so the caller publishes the results of one game in the order of its jobs, one after the other.
   * @throws InvalidInputError from {@link validateJobResult}: nothing was published.
   * @throws DependencyFault when the stream does not answer or refuses; with `effect: 'unknown'` it may be published.
   */
  publish(result: JobResult): Promise<void>;
}

/**
 * Checks what every result must have: a game id that is not blank and a known outcome. The other fields may be empty.
 * @throws InvalidInputError naming the field.
 */
export function validateJobResult(result: JobResult): void {
  // Unicode White_Space, as jobs are trimmed: by JavaScript's trim() a game id of U+FEFF, which is answered, would be blank.
  if (!/\P{White_Space}/u.test(result.gameId)) throw new InvalidInputError('job result: game id must not be empty');
  if (!JOB_OUTCOMES.includes(result.outcome))
    throw new InvalidInputError(`job result: outcome ${JSON.stringify(result.outcome)} is unsupported`);
}
