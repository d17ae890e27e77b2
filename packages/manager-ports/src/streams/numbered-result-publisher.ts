import type { JobResult } from '@galaxy/ports';
import type { PublishOutcome, PublishStamp, StreamPublishing } from './publish-outcome.js';

/** A result and its number among the results of its game, counted from 1 without gaps. */
export interface NumberedJobResult {
  readonly number: bigint;
  readonly result: JobResult;
}

/**
 * Publishes one entry on `runtime:job_results` for each finished start or stop job. Results carry no job id, so their order per game
 * is part of the contract: the publisher keeps the last published number per game and refuses to skip one. Nothing is published for
 * operations that did not come from a job stream.
 */
export interface NumberedResultPublisher extends StreamPublishing {
  /**
   * Appends the result unless it is there already. Each call is atomic, and repeating is safe: of any number of calls with the same
   * game and number, from any number of processes, exactly one appends.
   * @throws InvalidInputError from {@link validateJobResult}: nothing was published.
   * @throws DependencyFault when the server does not answer or refuses. With `effect: 'unknown'` it may be published: call again.
   */
  publish(result: NumberedJobResult, stamp: PublishStamp): Promise<PublishOutcome>;
}
