import type { JobResult } from '@galaxy/ports';
import type { PublishOutcome, PublishStamp, StreamPublishing } from './publish-outcome.js';

/** How one operation ended, with the names of the job or request that asked for it. */
export interface NamedOutcome {
  readonly result: JobResult;
  /** The key of the stream that the job came by; empty for a request. */
  readonly jobStream: string;
  /** The job's entry id in that stream; for a request, its id. */
  readonly jobEntryId: string;
  readonly opId: string;
  /** The result's number among the results of its game; null when it is not published as a result. */
  readonly number: bigint | null;
}

/** An outcome and its number among the outcomes of its game, counted from 1 without gaps. It has nothing to do with `outcome.number`. */
export interface NumberedJobOutcome {
  readonly number: bigint;
  readonly outcome: NamedOutcome;
}

/** Publishes one entry on `runtime:job_outcomes` for each finished operation that a job or a request asked for. */
export interface JobOutcomePublisher extends StreamPublishing {
  /**
   * Appends the outcome unless it is there already. Promises per game what NumberedResultPublisher.publish promises.
   * @throws InvalidInputError when a field does not match the contract: nothing was published.
   * @throws DependencyFault as NumberedResultPublisher.publish.
   */
  publish(outcome: NumberedJobOutcome, stamp: PublishStamp): Promise<PublishOutcome>;
}
