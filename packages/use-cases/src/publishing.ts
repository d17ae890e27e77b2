import type { Clock, DeadLetterPublisher, JobResultPublisher, Observer, Outbox, OutboxEntry } from '@galaxy/ports';
import type { DutyTurn } from './coordinator-duty.js';
import { makeOutboxPublisher } from './publish-outbox.js';
import { makeWakeup, type Wakeup } from './wakeup.js';

/** What publishing takes. */
export interface PublishingDeps {
  readonly outbox: Outbox;
  readonly results: JobResultPublisher;
  readonly deadLetters: DeadLetterPublisher;
  readonly clock: Clock;
  readonly observer: Observer;
  readonly resendWithinMs: number;
  readonly keepPublishedMs: number;
}

/** All of publishing in one process. */
export interface Publishing {
  /** Publishes one message right after it was decided; never throws. */
  readonly now: (entry: OutboxEntry) => Promise<void>;
  /** Makes the relay look at once. */
  readonly wakeup: Wakeup;
  /** Whether too much waits to take more jobs in. */
  readonly intakePaused: () => boolean;
  /** What the coordinator does for it. */
  readonly turns: Readonly<Record<string, DutyTurn>>;
}

const RELAY_EVERY_MS = 1000;

/** Puts publishing together. */
export function makePublishing(deps: PublishingDeps): Publishing {
  const wakeup = makeWakeup(deps.clock);
  const publisher = makeOutboxPublisher(deps);
  const relay: DutyTurn = async (_, signal) => {
    if (!(await publisher.relay())) await wakeup.wait(RELAY_EVERY_MS, signal);
  };
  return { now: publisher.now, wakeup, intakePaused: () => false, turns: { relay } };
}
