import { jobOperation } from '@galaxy/domain';
import type { Claim, Clock, Observer, OperationJournal } from '@galaxy/manager-ports';
import type { Wakeup } from '../lib/wakeup.js';
import { withTimeout } from '../lib/with-timeout.js';
import type { ClaimKeeper } from './claim-keeper.js';
import type { HeldClaim } from './held-claim.js';
import { observed } from './observed-operation.js';

/** What claims operations and keeps them going. */
export interface WorkDeps {
  readonly journal: Pick<OperationJournal, 'claim' | 'releaseClaim'>;
  readonly keeper: ClaimKeeper;
  readonly run: (held: HeldClaim) => Promise<void>;
  readonly clock: Clock;
  readonly observer: Observer;
  readonly wakeup: Wakeup;
  /** This process: a UUID of its own per start. */
  readonly holder: string;
  readonly ttlMs: number;
  /** At most this many starts, not counting those that wait for a pull, and this many of all other operations, at a time. */
  readonly startConcurrency: number;
  readonly stopConcurrency: number;
}

/** The worker of one process. */
export interface Worker {
  /** Claims what there is room for, sets it going, and waits for the next reason to look. */
  readonly turn: (signal: AbortSignal) => Promise<void>;
  /**
   * Ends all work: waits `maxWaitMs` for what can end by itself, and hands the rest back as it is. What the store has not
   * answered 400 ms later, it frees by itself when the claims expire.
   */
  readonly shutDown: (maxWaitMs: number) => Promise<void>;
}

const LOOK_EVERY_MS = 250;
const RELEASE_CLAIMS_MS = 400;
/** An image that is there takes less. */
const LONG_WAIT_MS = 1000;
const WAITING_PER_PLACE = 4;

/** Makes the worker. Operations of one game go one after the other, those of different games side by side. */
export function makeWorker(deps: WorkDeps): Worker {
  const running = new Map<HeldClaim, Promise<void>>();
  const trust = makeTrust(deps);

  const set = (claim: Claim, askedAtMs: number): void => {
    const held = deps.keeper.hold(claim, askedAtMs);
    deps.observer.observe({ kind: 'operation_claimed', operation: observed(held) });
    const done = deps.run(held).finally(() => {
      deps.keeper.release(held);
      running.delete(held);
      deps.wakeup.wake();
    });
    running.set(held, done);
  };

  return {
    turn: async (signal) => {
      const room = roomLeft([...running.keys()], deps);
      if (room.starts + room.others > 0) {
        const askedAtMs = deps.clock.monotonicMs();
        const claims = await trust.watch(() => deps.journal.claim(claimRequest(room, running, trust.mayTakeOver(), deps)));
        for (const claim of claims) set(claim, askedAtMs);
      }
      await deps.wakeup.wait(LOOK_EVERY_MS, signal);
    },
    shutDown: async (maxWaitMs) => {
      deps.keeper.shutDown();
      await withTimeout(maxWaitMs, Promise.all(running.values()), deps.clock);
      await withTimeout(RELEASE_CLAIMS_MS, releaseAll([...running.keys()], deps), deps.clock);
    },
  };
}

function releaseAll(running: readonly HeldClaim[], { journal }: WorkDeps): Promise<unknown> {
  return Promise.allSettled(running.map(({ claim }) => journal.releaseClaim(claim, { reason: 'handover', delayMs: 0, unavailableMs: 0 })));
}

interface Room {
  readonly starts: number;
  readonly others: number;
}

// The places are for work on the engine. A start that waits for a pull gives its place to another one meanwhile, so that
// games whose image does not come don't keep those of others from starting; a pull that is over goes on besides.
function roomLeft(running: readonly HeldClaim[], { startConcurrency, stopConcurrency }: WorkDeps): Room {
  const starts = running.filter(({ claim }) => jobOperation(claim.job) === 'start');
  const waiting = starts.filter(({ waitedMs }) => waitedMs >= LONG_WAIT_MS).length;
  const working = starts.length - Math.min(waiting, startConcurrency * WAITING_PER_PLACE);
  return { starts: Math.max(0, startConcurrency - working), others: Math.max(0, stopConcurrency - (running.length - starts.length)) };
}

function claimRequest(room: Room, running: ReadonlyMap<HeldClaim, unknown>, takeOver: boolean, { holder, ttlMs }: WorkDeps) {
  return { ...room, holder, ttlMs, takeOver, inFlight: [...running.keys()].map(({ claim }) => claim.opId) };
}

// After an outage of the store every claim looks expired: all holders get one time to live to renew before anyone takes
// over. A process that has not asked for a while can't know that there was none.
function makeTrust({ clock, ttlMs }: WorkDeps) {
  let sinceMs: number | null = null;
  let answeredAtMs = 0;
  const isFresh = () => clock.monotonicMs() - answeredAtMs < ttlMs / 2;
  return {
    mayTakeOver: () => sinceMs !== null && isFresh() && clock.monotonicMs() - sinceMs >= ttlMs,
    async watch<T>(call: () => Promise<T>): Promise<T> {
      try {
        const answer = await call();
        if (sinceMs === null || !isFresh()) sinceMs = clock.monotonicMs();
        answeredAtMs = clock.monotonicMs();
        return answer;
      } catch (error) {
        sinceMs = null;
        throw error;
      }
    },
  };
}
