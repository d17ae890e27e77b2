import type { StopReason } from '@galaxy/domain';

/**
 * The runtime manager as a producer of jobs sees it. Each call puts one job on a stream; the Lobby is the producer of both
 * streams. What became of a job is told later, on the stream `runtime:job_results`.
 *
 * The producer resolves images: it puts the game's target version into its own template and gives the finished reference. The
 * runtime manager never resolves versions of jobs.
 *
 * @example
 * ```ts
 * import type { RuntimeManager } from '@galaxy/ports';
 *
 * export async function restart(runtime: RuntimeManager, gameId: string, imageRef: string): Promise<void> {
 *   await runtime.publishStopJob(gameId, 'admin_request');
 *   // A job is ordered by the millisecond of its entry, and in the same millisecond a start comes before a stop.
 *   await new Promise((resolve) => setTimeout(resolve, 2));
 *   await runtime.publishStartJob(gameId, imageRef);
 * }
 * ```
 */
export interface RuntimeManager {
  /**
   * Puts one start job for the game on the start stream. `gameId`: 1 to 51 lower-case letters, digits and inner dashes.
   * `imageRef`: a complete image reference with a tag or a digest, at most 512 characters.
   *
   * A call that returned added exactly one event, even if the server's reply was lost on the way; the stream has accepted it
   * durably. This does not mean that the container has started. A call that threw added at most one event.
   *
   * A second call is a second job. It is safe: the manager answers it with `replay_no_op` if the first one did the work. So
   * after a crash during a call the caller may simply call again, if it counts one more result of that game.
   *
   * @throws InvalidInputError when the runtime manager could not accept the game id or the image reference: nothing was published.
   * @throws DependencyFault when the stream does not answer or refuses. With `effect: 'not_done'` nothing was published; with
   *   `effect: 'unknown'` the event may be there, or may appear soon.
   */
  publishStartJob(gameId: string, imageRef: string): Promise<void>;

  /**
   * Puts one stop job for the game on the stop stream, with its reason. The same promises as {@link publishStartJob}.
   * @throws InvalidInputError when the game id is not valid, or the reason is empty or unknown: nothing was published.
   * @throws DependencyFault as {@link publishStartJob}.
   */
  publishStopJob(gameId: string, reason: StopReason): Promise<void>;
}
