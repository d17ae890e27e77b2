import type { Observer, Outbox, OutboxEntry, OutboxPublishers, PublishMark } from '@galaxy/manager-ports';
import { outboxLane } from '@galaxy/manager-ports';
import { InvalidInputError } from '@galaxy/ports';
import { makePublishedComparison, type PublishedComparison } from './compare-published.js';
import { type InOrderOutcome, type PublishInOrderDeps, publishInOrder } from './publish-in-order.js';

export interface PublishDeps extends OutboxPublishers {
  readonly outbox: Outbox;
  readonly observer: Observer;
  /** In milliseconds, default one hour. Messages that were marked as published longer ago are not sent again, even if the server has lost them. */
  readonly resendWithinMs?: number;
}

/** Publishes the messages of the outbox. */
export interface OutboxPublisher {
  /**
   * Publishes entries right after they were written, in this order. Never throws: `relay` publishes later what fails here, and what
   * is left when the process crashes. The first failure ends it, so that a server that is away is waited for once.
   */
  readonly now: (entries: readonly OutboxEntry[]) => Promise<void>;
  /**
   * Publishes all pending messages, oldest first, each lane in order. Before that, messages that the streams' server has lost
   * become pending again. Returns true when there may be more. Only one process should relay at a time.
   * @throws DependencyFault when a server does not answer, or the streams' server refuses. Try again later: nothing is lost.
   */
  readonly relay: () => Promise<boolean>;
  /** Call it under a new lease: another process may have relayed meanwhile, so the next `relay` compares with the server again. */
  readonly newDuty: () => void;
}

const BATCH = 500;
const HOUR_MS = 3_600_000;

/** Makes the publisher. Several processes may publish the same entries at the same time: each entry is appended once. */
export function makeOutboxPublisher(given: PublishDeps): OutboxPublisher {
  const { resendWithinMs = HOUR_MS } = given;
  const deps = { ...given, resendWithinMs };
  const comparison = makePublishedComparison(deps);
  return {
    now: (entries) => publishNow(entries, deps),
    relay: async () => {
      const outcome = await relayOnce(comparison, deps);
      // One immediate retry only: another process may relay as well and raise the epoch every time.
      return (outcome === 'other_epoch' ? await relayOnce(comparison, deps) : outcome) === 'more';
    },
    newDuty: comparison.distrust,
  };
}

async function publishNow(entries: readonly OutboxEntry[], deps: RelayDeps): Promise<void> {
  const left = [...entries];
  try {
    await marking(deps.outbox, async (marks) => {
      for (const entry of entries) {
        if ((await publishInOrder(entry, marks, deps)) === 'other_epoch') return;
        left.shift();
      }
    });
  } catch (error) {
    const failed = left[0] ?? entries.at(-1);
    if (failed !== undefined) reportFailure(failed, error, deps);
  }
}

type RelayDeps = PublishInOrderDeps & Pick<PublishDeps, 'outbox'>;

async function relayOnce(comparison: PublishedComparison, deps: RelayDeps): Promise<'more' | 'rest' | 'other_epoch'> {
  const accepted = await comparison.ensure();
  const entries = await deps.outbox.pending(BATCH);
  // Another process that relays, perhaps to a server that is no longer the primary, may have raised the epoch. Then messages that
  // are marked as published may exist only there.
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

/** Marks the published messages, also when `publish` throws. After a crash before the mark, they are sent again but not appended twice. */
async function marking<T>(outbox: Outbox, publish: (marks: PublishMark[]) => Promise<T>): Promise<T> {
  const marks: PublishMark[] = [];
  try {
    return await publish(marks);
  } finally {
    await outbox.markPublished(marks);
  }
}

// An entry that can never be published (InvalidInputError) must not block other lanes. Other errors concern all lanes: throw them.
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
