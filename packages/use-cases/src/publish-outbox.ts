import type { DeadLetterPublisher, JobResultPublisher, Observer, Outbox, OutboxEntry, PublishOutcome } from '@galaxy/ports';
import { InvalidInputError, outboxLane } from '@galaxy/ports';

/** What publishes the outbox. */
export interface PublishDeps {
  readonly outbox: Outbox;
  readonly results: JobResultPublisher;
  readonly deadLetters: DeadLetterPublisher;
  readonly observer: Observer;
}

/** Publishes what operations have decided. */
export interface OutboxPublisher {
  /** Publishes one entry right after it was decided. Never throws: what fails here is relayed later. */
  readonly now: (entry: OutboxEntry) => Promise<void>;
  /** Publishes what still waits, oldest first, each lane in order. Returns true when there may be more. */
  readonly relay: () => Promise<boolean>;
}

const BATCH = 500;

/** Makes the publisher. Any number of processes may publish the same entries at the same time: each lands once. */
export function makeOutboxPublisher(deps: PublishDeps): OutboxPublisher {
  return {
    now: async (entry) => {
      try {
        await publishInOrder(entry, deps);
      } catch (error) {
        reportFailure(entry, error, deps);
      }
    },
    relay: async () => {
      const entries = await deps.outbox.pending(BATCH);
      let settled = 0;
      for (const entry of entries) if (await isSettled(entry, deps)) settled += 1;
      return entries.length === BATCH && settled > 0;
    },
  };
}

// An entry that can never be published must not hold up those behind it; what a server refuses would hit them all.
async function isSettled(entry: OutboxEntry, deps: PublishDeps): Promise<boolean> {
  try {
    return await publishInOrder(entry, deps);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    reportFailure(entry, error, deps);
    return false;
  }
}

function reportFailure(entry: OutboxEntry, error: unknown, { observer }: PublishDeps): void {
  observer.observe({ kind: 'publish_failed', messageKind: entry.kind, lane: outboxLane(entry).lane, number: entry.message.number, error });
}

/** Returns whether it is published now, or something before it that was missing. */
async function publishInOrder(entry: OutboxEntry, deps: PublishDeps): Promise<boolean> {
  const outcome = await send(entry, deps);
  if (outcome.kind === 'gap') return fillGap(entry, outcome.held, deps);
  await settle(entry, outcome, deps);
  return true;
}

// The ones before it were decided but not published yet, or the stream's server has lost them.
async function fillGap(entry: OutboxEntry, held: bigint, deps: PublishDeps): Promise<boolean> {
  const missing = await deps.outbox.lane(outboxLane(entry), held + 1n, BATCH);
  let settled = false;
  for (const before of missing) {
    const outcome = await send(before, deps);
    if (outcome.kind === 'gap') return settled;
    await settle(before, outcome, deps);
    settled = true;
  }
  return settled;
}

function send(entry: OutboxEntry, { results, deadLetters }: PublishDeps): Promise<PublishOutcome> {
  return entry.kind === 'job_result' ? results.publish(entry.message) : deadLetters.publish(entry.message);
}

async function settle(entry: OutboxEntry, outcome: PublishOutcome, { outbox, observer }: PublishDeps): Promise<void> {
  await outbox.markPublished([entry.id]);
  if (outcome.kind !== 'published') return;
  observer.observe({ kind: 'message_published', messageKind: entry.kind, lane: outboxLane(entry).lane, number: entry.message.number });
}
