import type {
  DeadLetterPublisher,
  NumberedResultPublisher,
  Observer,
  Outbox,
  OutboxEntry,
  PublishMark,
  PublishOutcome,
} from '@galaxy/manager-ports';
import { outboxLane } from '@galaxy/manager-ports';

/** What publishing one entry takes. */
export interface PublishInOrderDeps {
  readonly outbox: Pick<Outbox, 'lane'>;
  readonly results: NumberedResultPublisher;
  readonly deadLetters: DeadLetterPublisher;
  readonly observer: Observer;
  /** What was marked longer ago counts as read: if the server has none of it, it is not sent again. In milliseconds. */
  readonly resendWithinMs: number;
}

/** What came of publishing an entry. `other_epoch`: the server must be compared first. `behind`: others publish in this lane. */
export type InOrderOutcome = 'published' | 'behind' | 'other_epoch';

const BATCH = 500;

/**
 * Publishes an entry, and whatever is missing before it in its lane. Everything that is there then is added to `marks`, also
 * when it throws.
 * @throws what the publishers and the outbox throw.
 */
export async function publishInOrder(entry: OutboxEntry, marks: PublishMark[], deps: PublishInOrderDeps): Promise<InOrderOutcome> {
  const outcome = await send(entry, marks, deps);
  if (outcome.kind === 'gap') return fillGap(entry, outcome.held, marks, deps);
  return outcome.kind === 'other_epoch' ? 'other_epoch' : 'published';
}

// The ones before it were decided but not published yet, or the stream's server has lost them. What the outbox does not
// give is too old or no longer kept: it will not come any more, and must not hold up what follows.
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
  await (kind === 'job_result' ? deps.results : deps.deadLetters).skipTo(lane, number);
  deps.observer.observe({ kind: 'messages_skipped', messageKind: kind, lane, upTo: number });
}

async function send(entry: OutboxEntry, marks: PublishMark[], deps: PublishInOrderDeps): Promise<PublishOutcome> {
  const { id, epoch } = entry;
  const stamp = { epoch, outboxId: id };
  const outcome = await (entry.kind === 'job_result'
    ? deps.results.publish(entry.message, stamp)
    : deps.deadLetters.publish(entry.message, stamp));
  if (outcome.kind === 'published') {
    marks.push({ id, epoch, entryId: outcome.entryId });
    const { kind, message } = entry;
    deps.observer.observe({ kind: 'message_published', messageKind: kind, lane: outboxLane(entry).lane, number: message.number });
  }
  if (outcome.kind === 'already_published') marks.push({ id, epoch, entryId: null });
  return outcome;
}
