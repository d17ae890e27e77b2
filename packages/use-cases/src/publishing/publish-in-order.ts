import {
  type Observer,
  type Outbox,
  type OutboxEntry,
  type OutboxKind,
  type OutboxPublishers,
  outboxLane,
  type PublishersByKind,
  type PublishMark,
  type PublishOutcome,
  type PublishStamp,
  publishersByKind,
} from '@galaxy/manager-ports';

export interface PublishInOrderDeps extends OutboxPublishers {
  readonly outbox: Pick<Outbox, 'lane'>;
  readonly observer: Observer;
  /** In milliseconds. Messages that were marked as published longer ago are not sent again, even if the server has lost them. */
  readonly resendWithinMs: number;
}

/**
 * The outcome of publishing an entry. `other_epoch`: the server must be compared first. `behind`: the entry is not published yet,
 * because another process publishes in this lane at the same time.
 */
export type InOrderOutcome = 'published' | 'behind' | 'other_epoch';

const BATCH = 500;

/**
 * Publishes an entry, and before it the messages of its lane that are missing. Adds every message that is in the stream then to
 * `marks`, even if it throws later.
 * @throws what the publishers and the outbox throw.
 */
export async function publishInOrder(entry: OutboxEntry, marks: PublishMark[], deps: PublishInOrderDeps): Promise<InOrderOutcome> {
  const outcome = await send(entry, marks, deps);
  if (outcome.kind === 'gap') return fillGap(entry, outcome.held, marks, deps);
  return outcome.kind === 'other_epoch' ? 'other_epoch' : 'published';
}

// The messages before this one are not published yet, or the streams' server has lost them. A number that the outbox does not
// return is too old or no longer kept: it will never be sent, so it is skipped and does not block the messages after it.
async function fillGap(entry: OutboxEntry, held: bigint, marks: PublishMark[], deps: PublishInOrderDeps): Promise<InOrderOutcome> {
  const query = { fromNumber: held + 1n, markedWithinMs: deps.resendWithinMs, limit: BATCH };
  let next = held + 1n;
  for (const missing of await deps.outbox.lane(outboxLane(entry), query)) {
    const { number } = missing.message;
    if (number > next) await skipTo(number - 1n, missing, deps);
    const { kind } = await send(missing, marks, deps);
    if (kind === 'other_epoch') return 'other_epoch';
    if (kind === 'gap') return 'behind';
    next = number + 1n;
  }
  return next > entry.message.number ? 'published' : 'behind';
}

async function skipTo(number: bigint, entry: OutboxEntry, deps: PublishInOrderDeps): Promise<void> {
  const { kind, lane } = outboxLane(entry);
  await publisherOf(kind, deps).skipTo(lane, number);
  deps.observer.observe({ kind: 'messages_skipped', messageKind: kind, lane, upTo: number });
}

async function send(entry: OutboxEntry, marks: PublishMark[], deps: PublishInOrderDeps): Promise<PublishOutcome> {
  const { id, epoch } = entry;
  const stamp = { epoch, outboxId: id };
  const outcome = await publish(entry, stamp, deps);
  if (outcome.kind === 'published') {
    marks.push({ id, epoch, entryId: outcome.entryId });
    const { kind, message } = entry;
    deps.observer.observe({ kind: 'message_published', messageKind: kind, lane: outboxLane(entry).lane, number: message.number });
  }
  if (outcome.kind === 'already_published') marks.push({ id, epoch, entryId: null });
  return outcome;
}

function publish<K extends OutboxKind>(
  { kind, message }: OutboxEntry<K>,
  stamp: PublishStamp,
  deps: OutboxPublishers,
): Promise<PublishOutcome> {
  return publisherOf<K>(kind, deps).publish(message, stamp);
}

function publisherOf<K extends OutboxKind>(kind: K, deps: OutboxPublishers): NonNullable<PublishersByKind[K]> {
  const publisher = publishersByKind(deps)[kind];
  if (publisher === undefined) throw new TypeError(`the outbox gave a message of kind ${kind}, whose stream is switched off`);
  return publisher;
}
