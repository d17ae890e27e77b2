import { forEachKind, OUTBOX_KINDS, type OutboxKind, type OutboxMessages } from '../database/outbox.js';
import type { DeadLetterPublisher } from './dead-letter-publisher.js';
import type { JobOutcomePublisher } from './job-outcome-publisher.js';
import type { NumberedResultPublisher } from './numbered-result-publisher.js';
import type { PublishOutcome, PublishStamp, StreamPublishing } from './publish-outcome.js';

/** The publishers of the outbox' messages, one stream each. */
export interface OutboxPublishers {
  readonly results: NumberedResultPublisher;
  readonly deadLetters: DeadLetterPublisher;
  /** Absent while this stream is switched off: then nothing is read or written there, and the outbox gives no such messages. */
  readonly outcomes?: JobOutcomePublisher;
}

/** The port of {@link OutboxPublishers} that publishes the messages of each kind. */
export const PUBLISHER_PORTS = {
  job_result: 'results',
  dead_letter: 'deadLetters',
  job_outcome: 'outcomes',
} as const satisfies Record<OutboxKind, keyof OutboxPublishers>;

type PublisherOf<K extends OutboxKind> = StreamPublishing & {
  publish(message: OutboxMessages[K], stamp: PublishStamp): Promise<PublishOutcome>;
};

/** The publisher of each kind; undefined for one that is switched off. */
export type PublishersByKind = { readonly [K in OutboxKind]: PublisherOf<K> | undefined };

/** The publishers by the kind of their messages. */
export function publishersByKind(ports: OutboxPublishers): PublishersByKind {
  return forEachKind((kind) => ports[PUBLISHER_PORTS[kind]]) as PublishersByKind;
}

/** The streams that are switched on, with the kind of their messages, in the order of OUTBOX_KINDS. */
export function publishingByKind<S>(ports: { readonly [P in keyof OutboxPublishers]: S }): readonly (readonly [OutboxKind, S])[] {
  return OUTBOX_KINDS.flatMap((kind) => {
    const stream = ports[PUBLISHER_PORTS[kind]];
    return stream === undefined ? [] : [[kind, stream] as const];
  });
}
