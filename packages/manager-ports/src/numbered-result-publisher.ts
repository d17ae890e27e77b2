import type { JobResult } from '@galaxy/ports';
import type { PublishOutcome, PublishStamp, StreamPublishing } from './publish-outcome.js';

/** A result and its place among the results of its game, counted from 1 without gaps. */
export interface NumberedJobResult {
  readonly number: bigint;
  readonly result: JobResult;
}

/**
 * Publishes one entry on `runtime:job_results` per finished start or stop job. Results carry no job id, so their order
 * per game is part of the contract: the publisher keeps the last number published per game and refuses to skip one.
 * Nothing is published of operations that did not come by a job stream.
 */
export interface NumberedResultPublisher extends StreamPublishing {
  /**
   * Appends the result unless it is there already. Atomic per call, and repeating is safe: of any number of calls with
   * the same game and number, from any number of processes, exactly one appends.
   * @throws InvalidInputError from {@link validateJobResult}: nothing was published.
   * @throws DependencyFault when the stream does not answer or refuses; with `effect: 'unknown'` it may be published: call again.
   */
  publish(result: NumberedJobResult, stamp: PublishStamp): Promise<PublishOutcome>;
}
