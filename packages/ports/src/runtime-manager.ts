import type { StopReason } from '@galaxy/domain';

/**
 * The runtime manager as its producer sees it: publishes jobs for it. The Lobby is the producer of both streams.
 *
 * Resolving an image is the producer's concern: it substitutes the game's target version into its own template and
 * hands the finished reference over; the runtime manager never resolves versions on this path.
 */
export interface RuntimeManager {
  /**
   * Enqueues one start job for the game with the resolved image reference. One call is one event on the start stream,
   * even when a reply is lost on the way. When it returns, the event is durably accepted into the stream; this does not
   * mean that the container has started.
   * @throws InvalidInputError when the game id or the image reference is not one the runtime manager could accept: nothing was published.
   * @throws DependencyFault when the stream does not answer or refuses. With `effect: 'unknown'` the event may have been accepted.
   */
  publishStartJob(gameId: string, imageRef: string): Promise<void>;

  /**
   * Enqueues one stop job for the game with its reason. The same durability as {@link publishStartJob}.
   * @throws InvalidInputError when the game id is not valid, or the reason is empty or unknown: nothing was published.
   * @throws DependencyFault as there.
   */
  publishStopJob(gameId: string, reason: StopReason): Promise<void>;
}
