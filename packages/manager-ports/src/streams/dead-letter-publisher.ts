import type { DeadLetter } from '@galaxy/domain';
import type { PublishOutcome, PublishStamp, StreamPublishing } from './publish-outcome.js';

/** A dead letter and its number in its lane, counted from 1 without gaps. A lane is one source: a job stream, or a game. */
export interface NumberedDeadLetter {
  readonly lane: string;
  readonly number: bigint;
  readonly letter: DeadLetter;
}

/** Publishes dead letters on `runtime:dead_letters`. */
export interface DeadLetterPublisher extends StreamPublishing {
  /**
   * Appends the dead letter unless it is there already. Promises per lane what NumberedResultPublisher.publish promises per game.
   * @throws DependencyFault as NumberedResultPublisher.publish.
   */
  publish(letter: NumberedDeadLetter, stamp: PublishStamp): Promise<PublishOutcome>;
}
