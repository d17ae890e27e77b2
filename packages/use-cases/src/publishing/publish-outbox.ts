import type { DeadLetterPublisher, NumberedResultPublisher, Observer, Outbox, OutboxEntry, PublishMark } from '@galaxy/manager-ports';
import { outboxLane } from '@galaxy/manager-ports';
import { InvalidInputError } from '@galaxy/ports';
import { makePublishedComparison, type PublishedComparison } from './compare-published.js';
import { type InOrderOutcome, type PublishInOrderDeps, publishInOrder } from './publish-in-order.js';

/** What publishes the outbox. */
export interface PublishDeps {
  readonly outbox: Outbox;
  readonly results: NumberedResultPublisher;
  readonly deadLetters: DeadLetterPublisher;
  readonly observer: Observer;
  /** What was marked as published longer ago is not sent again, even if the streams' server has lost it; default an hour, in milliseconds. */
  readonly resendWithinMs?: number;
}

/** Publishes what operations have decided. */
export interface OutboxPublisher {
  /** Publishes one entry right after it was decided. Never throws: what fails here is relayed later. */
  readonly now: (entry: OutboxEntry) => Promise<void>;
  /**
   * Publishes what still waits, oldest first, each lane in order; before that it sees to it that what the streams' server
   * has lost waits again. Returns true when there may be more. Only one process relays at a time.
   * @throws DependencyFault when a server does not answer, or the streams' refuses: to be tried again later, nothing is lost.
   */
  readonly relay: () => Promise<boolean>;
  /** Others may have relayed since the last time: the next call of `relay` takes nothing for granted. */
  readonly newDuty: () => void;
}

const BATCH = 500;
const HOUR_MS = 3_600_000;

/** Makes the publisher. Any number of processes may publish the same entries at the same time: each lands once. */
export function makeOutboxPublisher(given: PublishDeps): OutboxPublisher {
  const { outbox, results, deadLetters, observer, resendWithinMs = HOUR_MS } = given;
  const deps = { outbox, results, deadLetters, observer, resendWithinMs };
  const comparison = makePublishedComparison(deps);
  return {
    now: async (entry) => {
      try {
        await marking(outbox, (marks) => publishInOrder(entry, marks, deps));
      } catch (error) {
        reportFailure(entry, error, deps);
      }
    },
    relay: async () => {
      const outcome = await relayOnce(comparison, deps);
      // Once more at once, but not again and again: somebody else may relay as well and raise the epoch each time.
      return (outcome === 'other_epoch' ? await relayOnce(comparison, deps) : outcome) === 'more';
    },
    newDuty: comparison.distrust,
  };
}

type RelayDeps = PublishInOrderDeps & Pick<PublishDeps, 'outbox'>;

async function relayOnce(comparison: PublishedComparison, deps: RelayDeps): Promise<'more' | 'rest' | 'other_epoch'> {
  const accepted = await comparison.ensure();
  const entries = await deps.outbox.pending(BATCH);
  // Somebody else who relays, perhaps behind a demoted server, may have raised it: then what is marked may be there alone.
  const epoch = entries[0]?.epoch ?? (await deps.outbox.state()).epoch;
  const outcome = epoch === accepted ? await publishAll(entries, deps) : 'other_epoch';
  if (outcome === 'other_epoch') comparison.distrust();
  return outcome;
}

function publishAll(entries: readonly OutboxEntry[], deps: RelayDeps): Promise<'more' | 'rest' | 'other_epoch'> {
  return marking(deps.outbox, async (marks) => {
    for (const entry of entries) if ((await tryInOrder(entry, marks, deps)) === 'other_epoch') return 'other_epoch';
    return entries.length === BATCH && marks.length > 0 ? 'more' : 'rest';
  });
}

/** Marks what was published, however it ends. A crash before it costs nothing: what is there already is not appended again. */
async function marking<T>(outbox: Outbox, publish: (marks: PublishMark[]) => Promise<T>): Promise<T> {
  const marks: PublishMark[] = [];
  try {
    return await publish(marks);
  } finally {
    await outbox.markPublished(marks);
  }
}

// An entry that can never be published must not hold up other lanes; what a server refuses would hit them all.
async function tryInOrder(entry: OutboxEntry, marks: PublishMark[], deps: PublishInOrderDeps): Promise<InOrderOutcome> {
  try {
    return await publishInOrder(entry, marks, deps);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    reportFailure(entry, error, deps);
    return 'behind';
  }
}

function reportFailure(entry: OutboxEntry, error: unknown, { observer }: Pick<PublishDeps, 'observer'>): void {
  observer.observe({ kind: 'publish_failed', messageKind: entry.kind, lane: outboxLane(entry).lane, number: entry.message.number, error });
}
