import type { StopReason } from '@galaxy/domain';
import type { PublishedJob, PublishOptions, WasPublished } from './publish-id.js';

/**
 * The runtime manager as a producer of jobs sees it. Each call puts one job on a stream; the Lobby is the producer of both
 * streams. What became of a job is told later, on the streams `runtime:job_results` and, where it is switched on,
 * `runtime:job_outcomes`.
 *
 * The producer resolves images: it puts the game's target version into its own template and gives the finished reference. The
 * runtime manager never resolves versions of jobs.
 *
 * @example
 * ```ts
 * import type { RuntimeManager } from '@galaxy/ports';
 *
 * export async function restart(runtime: RuntimeManager, gameId: string, imageRef: string): Promise<string> {
 *   await runtime.publishStopJob(gameId, 'admin_request');
 *   // A job is ordered by the millisecond of its entry, and in the same millisecond a start comes before a stop.
 *   await new Promise((resolve) => setTimeout(resolve, 2));
 *   const { entryId } = await runtime.publishStartJob(gameId, imageRef);
 *   return entryId;
 * }
 * ```
 */
export interface RuntimeManager {
  /**
   * Puts one start job for the game on the start stream, and returns where it is. `gameId`: 1 to 51 lower-case letters, digits
   * and inner dashes. `imageRef`: a complete image reference with a tag or a digest, at most 512 characters.
   *
   * A call that returned added exactly one event, even if the server's reply was lost on the way; the stream has accepted it
   * durably. This does not mean that the container has started. A call that threw added at most one event.
   *
   * Without an id, a second call is a second job. It is safe: the manager answers it with `replay_no_op` if the first one did
   * the work. So after a crash during a call the caller may simply call again, if it counts one more result of that game.
   *
   * With an id, a second call with that id and the same job adds nothing and returns where the first one is, also from another
   * process and at the same time. So after a crash or a fault the caller may simply call again. That holds for
   * `PUBLISH_ID_REMEMBERED_MS` (24 hours) after the first call; later it is a second job.
   *
   * @throws InvalidInputError when the runtime manager could not accept the game id or the image reference, or the id is not
   *   valid: nothing was published.
   * @throws PublishIdConflictError when the id belongs to another job or is withdrawn: this call published nothing.
   * @throws DependencyFault when the stream does not answer or refuses. With `effect: 'not_done'` nothing was published; with
   *   `effect: 'unknown'` the event may be there, or may appear soon: call again with the same id, or ask {@link wasPublished}.
   */
  publishStartJob(gameId: string, imageRef: string, options?: PublishOptions): Promise<PublishedJob>;

  /**
   * Puts one stop job for the game on the stop stream, with its reason. The same promises as {@link publishStartJob}.
   * @throws InvalidInputError when the game id is not valid, the reason is empty or unknown, or the id is not valid: nothing was
   *   published.
   * @throws PublishIdConflictError as {@link publishStartJob}.
   * @throws DependencyFault as {@link publishStartJob}.
   */
  publishStopJob(gameId: string, reason: StopReason, options?: PublishOptions): Promise<PublishedJob>;

  /**
   * Settles a call with an id that threw `effect: 'unknown'`, or that a crash interrupted. `since`: when the first call with the
   * id was made, or a time before it.
   *
   * - `published`: the job is on the stream, and where. Also when `since` is long ago, as long as the id is still remembered.
   * - `not_published`: nothing was published with this id, and nothing will be. The answer makes itself true: it withdraws the id,
   *   so that a call that is still on its way is refused when it arrives. Every later call with the id is refused as well; to
   *   publish the job after all, take another id.
   * - `unknown`: `since` is `PUBLISH_ID_REMEMBERED_MS` (24 hours) ago or more, and the id is not remembered. It may never have been
   *   used, or may have been forgotten. Nothing was changed.
   *
   * To have the job published in any case, do not ask: call again with the same id. Repeating this call is safe and gives the
   * same answer while the id is remembered. The answer is as good as the server's memory: if it lost its latest writes, a job
   * that was read before the loss may be told as not published.
   *
   * @throws InvalidInputError when the id or `since` is not valid.
   * @throws DependencyFault when the stream does not answer or refuses: nothing is known, and the id may be withdrawn. Ask again.
   */
  wasPublished(id: string, since: Date): Promise<WasPublished>;
}
