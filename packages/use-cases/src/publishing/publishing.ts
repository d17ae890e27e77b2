import type { Clock, Observer, Outbox, OutboxEntry, OutboxPublishers } from '@galaxy/manager-ports';
import type { DutyTurn } from '../leadership/coordinator-duty.js';
import { makeWakeup, type Wakeup } from '../lib/wakeup.js';
import { makeForgetLanes } from './forget-lanes.js';
import { makeOutboxPressure } from './outbox-pressure.js';
import { makePruneOutbox } from './prune-outbox.js';
import { makeOutboxPublisher } from './publish-outbox.js';

export interface PublishingDeps extends OutboxPublishers {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly observer: Observer;
  /** In milliseconds. Messages that were marked as published longer ago are not sent again, even if the server has lost them. */
  readonly resendWithinMs: number;
  /** How long published messages are kept, in milliseconds. */
  readonly keepPublishedMs: number;
}

/** Everything one process does for publishing. */
export interface Publishing {
  /** Publishes messages right after they were written, in this order. Never throws. */
  readonly now: (entries: readonly OutboxEntry[]) => Promise<void>;
  /** Makes the relay read the outbox at once. */
  readonly wakeup: Wakeup;
  /** Whether so many messages wait that no more jobs should be ingested. */
  readonly intakePaused: () => boolean;
  /** The turns that only the coordinator runs. */
  readonly turns: Readonly<Record<'relay' | 'outbox' | 'prune' | 'forget', DutyTurn>>;
}

const RELAY_EVERY_MS = 1000;
const LOOK_EVERY_MS = 1000;
const PRUNE_EVERY_MS = 600_000;
const FORGET_EVERY_MS = 60_000;

export function makePublishing(deps: PublishingDeps): Publishing {
  const { clock } = deps;
  const wakeup = makeWakeup(clock);
  const publisher = makeOutboxPublisher(deps);
  const pressure = makeOutboxPressure(deps);
  let epoch: bigint | null = null;
  const relay: DutyTurn = async (lease, signal) => {
    if (lease.epoch !== epoch) publisher.newDuty();
    epoch = lease.epoch;
    if (!(await publisher.relay())) await wakeup.wait(RELAY_EVERY_MS, signal);
  };
  return {
    now: publisher.now,
    wakeup,
    intakePaused: pressure.isPaused,
    turns: {
      relay,
      outbox: async (_, signal) => {
        await pressure.look();
        await clock.sleep(LOOK_EVERY_MS, signal);
      },
      ...makePruneTurns(deps),
    },
  };
}

/** Deletes old messages, and lets the streams' server forget their lanes. Each goes on while the other's server does not answer. */
function makePruneTurns(deps: PublishingDeps): Readonly<Record<'prune' | 'forget', DutyTurn>> {
  const { clock } = deps;
  const prune = makePruneOutbox({ ...deps, retentionMs: deps.keepPublishedMs });
  const forget = makeForgetLanes(deps);
  let deletions = 0;
  // The coordinator before may have ended between the two, so the first turn under a lease forgets too. A walk that is not complete is
  // repeated: right after a deletion the outbox is not certain yet.
  let forgotAfter = '';
  return {
    prune: async (_, signal) => {
      if ((await prune(signal)) > 0) deletions += 1;
      await clock.sleep(PRUNE_EVERY_MS, signal);
    },
    forget: async ({ epoch }, signal) => {
      const after = `${String(epoch)} ${String(deletions)}`;
      if (after !== forgotAfter && (await forget(signal))) forgotAfter = after;
      await clock.sleep(FORGET_EVERY_MS, signal);
    },
  };
}
