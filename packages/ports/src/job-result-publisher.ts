import { isBlank } from './blank-text.js';
import { InvalidInputError } from './faults.js';

/** The two outcomes of a job. `success` includes a job that found its work done already (`error_code` = `replay_no_op`). */
export const JOB_OUTCOMES = ['success', 'failure'] as const;

/** One of {@link JOB_OUTCOMES}. */
export type JobOutcome = (typeof JOB_OUTCOMES)[number];

/**
 * The result of one start or stop job, as the stream `runtime:job_results` carries it: these six fields, always, and no
 * others. A field that does not apply is an empty string, never absent. Every text is well-formed Unicode.
 */
export interface JobResult {
  /** The game of the job. Not blank; otherwise as the job had it, even if it is no valid game id. Field `game_id`. */
  readonly gameId: string;
  /** Field `outcome`. */
  readonly outcome: JobOutcome;
  /**
   * The container's id on success. Empty on failure, and when a stop found the record removed or the container gone. Field
   * `container_id`.
   */
  readonly containerId: string;
  /** `http://galaxy-game-{game_id}:8080`; filled and empty together with `containerId`. Field `engine_endpoint`. */
  readonly engineEndpoint: string;
  /**
   * Empty on a fresh success, `replay_no_op` when the work was done already, a stable code of docs/error-model.md on failure.
   * Field `error_code`.
   */
  readonly errorCode: string;
  /** What happened, for an operator to read; empty on success. Field `error_message`. */
  readonly errorMessage: string;
}

/**
 * Publishes the results of jobs: one entry on the stream `runtime:job_results` per finished start or stop job.
 *
 * A result carries no job id. The reader matches the nth result of a game to the nth job of that game, so the caller must
 * publish the results of one game in the order of its jobs, each after the call before it returned.
 *
 * @example
 * ```ts
 * import { DependencyFault, type JobResult, type JobResultPublisher } from '@galaxy/ports';
 *
 * export async function publish(results: JobResultPublisher, result: JobResult): Promise<'published' | 'try again' | 'look first'> {
 *   try {
 *     await results.publish(result);
 *     return 'published';
 *   } catch (error) {
 *     if (!(error instanceof DependencyFault && error.retryable)) throw error;
 *     return error.effect === 'unknown' ? 'look first' : 'try again';
 *   }
 * }
 * ```
 */
export interface JobResultPublisher {
  /**
   * Appends one result, with all six fields verbatim. A call that returned appended exactly one entry, even if the server's
   * reply was lost on the way and the adapter had to send again. A call that threw appended at most one.
   *
   * A second call with the same result appends a second entry. So when the process crashes during a call, the caller cannot
   * know whether the entry is there: it looks at the stream before it publishes again.
   *
   * @throws InvalidInputError from {@link validateJobResult}: nothing was published.
   * @throws DependencyFault when the stream does not answer or refuses. With `effect: 'not_done'` nothing was published; with
   *   `effect: 'unknown'` the entry may be there, or may appear soon.
   */
  publish(result: JobResult): Promise<void>;
}

/**
 * Checks what every result must have: a game id that is not blank, a known outcome, and texts that are well-formed Unicode, in this
 * order. The other fields may be empty. Every adapter calls it before it touches the stream.
 *
 * @example
 * ```ts
 * import { validateJobResult } from '@galaxy/ports';
 *
 * const done = { gameId: 'alpha', containerId: '', engineEndpoint: '', errorCode: 'replay_no_op', errorMessage: '' } as const;
 * validateJobResult({ ...done, outcome: 'success' }); // returns
 * validateJobResult({ ...done, gameId: ' ', outcome: 'success' }); // throws InvalidInputError
 * ```
 *
 * @throws InvalidInputError naming the first field that is wrong.
 */
export function validateJobResult(result: JobResult): void {
  // As jobs are trimmed: a game id of U+FEFF is answered.
  if (isBlank(result.gameId)) throw new InvalidInputError('job result: game id must not be empty');
  if (!JOB_OUTCOMES.includes(result.outcome))
    throw new InvalidInputError(`job result: outcome ${JSON.stringify(result.outcome)} is unsupported`);
  // A lone surrogate cannot be sent as UTF-8: it would arrive as another character.
  for (const [field, text] of textsOf(result))
    if (!text.isWellFormed()) throw new InvalidInputError(`job result: ${field} is not well-formed Unicode`);
}

const textsOf = ({ gameId, containerId, engineEndpoint, errorCode, errorMessage }: JobResult): [string, string][] =>
  Object.entries({ gameId, containerId, engineEndpoint, errorCode, errorMessage });
