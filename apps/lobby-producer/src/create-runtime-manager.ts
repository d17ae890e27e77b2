import { RedisConnection, RedisRuntimeManager, readStream } from '@galaxy/adapter-redis';
import type { PublishedJob, RuntimeManager } from '@galaxy/ports';
import { DependencyFault } from '@galaxy/ports';
import type { JobOutcome as NamedOutcome } from '@galaxy/wire';
import { STREAM_KEYS } from '@galaxy/wire';
import type { AwaitOutcomeOptions } from './await-outcome.js';
import { awaitOutcome } from './await-outcome.js';
import { OutcomeWatch } from './outcome-watch.js';
import type { RedisServer } from './redis-server.js';
import { serverOf } from './redis-server.js';

/** What {@link createRuntimeManager} takes. */
export type RuntimeManagerOptions = RedisServer & {
  /** Keys of the streams, where they are not `runtime:start_jobs`, `runtime:stop_jobs` and `runtime:job_outcomes`. */
  readonly keys?: { readonly startJobs?: string; readonly stopJobs?: string; readonly jobOutcomes?: string };
  /** How long one call may go on trying while Redis does not answer, in milliseconds; default 5000. */
  readonly publishWithinMs?: number;
};

/** A {@link RuntimeManager} and its connections. */
export interface LobbyRuntimeManager extends RuntimeManager {
  /**
   * Waits for the outcome of a job and returns it, also when it came before this call: looks from a minute before the job's entry on,
   * through lost connections and restarts of Redis. All calls together read over one connection. Repeating is safe, also from another
   * process: the job's stream and entry id are all it takes. Needs a runtime manager with `RTMANAGER_JOB_OUTCOMES=on`.
   * @throws InvalidInputError when the job or the time is not valid.
   * @throws OutcomeTimeoutError when none came in time; it may still come.
   * @throws DependencyFault that is not retryable when Redis refuses for good, or when the manager is closed.
   */
  awaitOutcome(job: PublishedJob, options: AwaitOutcomeOptions): Promise<NamedOutcome>;
  /** Closes the connections. Calls under way fail with DependencyFault. Repeating is safe. */
  close(): void;
}

/**
 * Opens a connection of its own and publishes runtime jobs over it. Returns at once; Redis may be down. One call is one
 * event: a call whose reply was lost is repeated under an id that Redis remembers, for at most `publishWithinMs`.
 * @throws InvalidInputError when there is neither a url nor a client, or both.
 */
export function createRuntimeManager(options: RuntimeManagerOptions): LobbyRuntimeManager {
  const { keys = {}, publishWithinMs } = options;
  const { startJobs = STREAM_KEYS.startJobs, stopJobs = STREAM_KEYS.stopJobs, jobOutcomes = STREAM_KEYS.jobOutcomes } = keys;
  const server = serverOf(options);
  const commands = new RedisConnection({ server, role: 'commands' });
  const manager = new RedisRuntimeManager({ commands, startJobsKey: startJobs, stopJobsKey: stopJobs, publishWithinMs });
  const watch = new OutcomeWatch({
    server,
    key: jobOutcomes,
    entriesAfter: (after) => readStream(commands, { key: jobOutcomes, after }),
  });
  let closed = false;
  return {
    publishStartJob: (gameId, imageRef, publishOptions) => manager.publishStartJob(gameId, imageRef, publishOptions),
    publishStopJob: (gameId, reason, publishOptions) => manager.publishStopJob(gameId, reason, publishOptions),
    wasPublished: (id, since) => manager.wasPublished(id, since),
    awaitOutcome: async (job, awaitOptions) => {
      if (closed) throw managerClosed();
      return awaitOutcome(watch, { start_jobs: startJobs, stop_jobs: stopJobs }, job, awaitOptions);
    },
    close: () => {
      closed = true;
      commands.close();
      watch.rejectAll(managerClosed());
    },
  };
}

function managerClosed(): DependencyFault {
  const message = 'the runtime manager was closed';
  return new DependencyFault({ dependency: 'redis', message, retryable: false, effect: 'not_done' });
}
