import { RedisConnection, RedisRuntimeManager } from '@galaxy/adapter-redis';
import type { RuntimeManager } from '@galaxy/ports';
import type { RedisServer } from './redis-server.js';
import { serverOf } from './redis-server.js';

/** What {@link createRuntimeManager} takes. */
export type RuntimeManagerOptions = RedisServer & {
  /** Keys of the streams, where they are not `runtime:start_jobs` and `runtime:stop_jobs`. */
  readonly keys?: { readonly startJobs?: string; readonly stopJobs?: string };
  /** How long one call may go on trying while Redis does not answer, in milliseconds; default 5000. */
  readonly publishWithinMs?: number;
};

/** A {@link RuntimeManager} and its connection. */
export interface LobbyRuntimeManager extends RuntimeManager {
  /** Closes the connection. Calls under way fail with DependencyFault. Repeating is safe. */
  close(): void;
}

/**
 * Opens a connection of its own and publishes runtime jobs over it. Returns at once; Redis may be down. One call is one
 * event: a call whose reply was lost is repeated under an id that Redis remembers, for at most `publishWithinMs`.
 * @throws InvalidInputError when there is neither a url nor a client, or both.
 */
export function createRuntimeManager(options: RuntimeManagerOptions): LobbyRuntimeManager {
  const { keys = {}, publishWithinMs } = options;
  const commands = new RedisConnection({ server: serverOf(options), role: 'commands' });
  const manager = new RedisRuntimeManager({
    commands,
    ...(keys.startJobs !== undefined && { startJobsKey: keys.startJobs }),
    ...(keys.stopJobs !== undefined && { stopJobsKey: keys.stopJobs }),
    ...(publishWithinMs !== undefined && { publishWithinMs }),
  });
  return {
    publishStartJob: (gameId, imageRef, publishOptions) => manager.publishStartJob(gameId, imageRef, publishOptions),
    publishStopJob: (gameId, reason, publishOptions) => manager.publishStopJob(gameId, reason, publishOptions),
    wasPublished: (id, since) => manager.wasPublished(id, since),
    close: () => commands.close(),
  };
}
