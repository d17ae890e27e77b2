import { OPERATION_CLASSES, type OperationClass, operationTraits } from '@galaxy/domain';
import type { Claim, ClaimRequest, Clock, KnownOperation, Observer, OperationJournal, UnreadableOperation } from '@galaxy/manager-ports';
import type { Wakeup } from '../lib/wakeup.js';
import { withTimeout } from '../lib/with-timeout.js';
import type { ClaimKeeper } from './claim-keeper.js';
import type { HeldClaim } from './held-claim.js';
import { observed } from './observed-operation.js';

export interface WorkDeps {
  readonly journal: Pick<OperationJournal, 'claim' | 'releaseClaim'>;
  readonly keeper: ClaimKeeper;
  readonly run: (held: HeldClaim) => Promise<void>;
  readonly clock: Clock;
  readonly observer: Observer;
  readonly wakeup: Wakeup;
  /** A UUID that is new for every start of a process. */
  readonly holder: string;
  readonly ttlMs: number;
  /** The operations that this build can carry out. */
  readonly known: readonly KnownOperation[];
  /** At most this many operations of each class at a time, not counting those that only wait. */
  readonly places: Readonly<Record<OperationClass, number>>;
}

/** Claims queued operations and runs them side by side in one process. */
export interface Worker {
  /** Claims as many operations as there are free places, starts them, then waits for a wakeup or 250 ms. */
  readonly turn: (signal: AbortSignal) => Promise<void>;
  /**
   * Ends all work: waits `maxWaitMs` for operations to end by themselves, then releases the claims of the others at their current
   * step. If the store has not answered a release after 400 ms, that claim expires by itself.
   */
  readonly shutDown: (maxWaitMs: number) => Promise<void>;
}

const LOOK_EVERY_MS = 250;
const RELEASE_CLAIMS_MS = 400;
/** An operation that waits for longer is really waiting: an image that is present, or a database that answers, takes less. */
const LONG_WAIT_MS = 1000;
const WAITING_PER_PLACE = 4;

/** Makes the worker. Operations of one game run one after the other, those of different games at the same time. */
export function makeWorker(deps: WorkDeps): Worker {
  const running = new Map<HeldClaim, Promise<void>>();
  const storeWatch = watchStore(deps);
  const reportUnreadable = (operation: UnreadableOperation) => deps.observer.observe({ kind: 'operation_unreadable', ...operation });

  const runClaimed = (claim: Claim, askedAtMs: number): void => {
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
      const places = placesLeft([...running.keys()], deps);
      if (OPERATION_CLASSES.some((one) => places[one] > 0)) {
        const askedAtMs = deps.clock.monotonicMs();
        const request = claimRequest(places, running, storeWatch.mayTakeOver(), deps);
        const claims = await storeWatch.call(() => deps.journal.claim(request, reportUnreadable));
        for (const claim of claims) runClaimed(claim, askedAtMs);
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

type Places = ClaimRequest['places'];

// The places limit the work on the engine. An operation that waits for a pull, or for the database to write its end, frees its place
// for another one of its class, so that games whose image does not arrive, or whose rows somebody holds, don't keep other games
// waiting. When its wait is over, it goes on in addition to the others.
function placesLeft(running: readonly HeldClaim[], { places, known }: WorkDeps): Places {
  const left = (place: OperationClass): number => {
    if (!known.some(({ op }) => operationTraits(op).class === place)) return 0;
    const taken = running.filter(({ claim }) => claim.place === place);
    const waiting = taken.filter(({ waitedMs }) => waitedMs >= LONG_WAIT_MS).length;
    return Math.max(0, places[place] - taken.length + Math.min(waiting, places[place] * WAITING_PER_PLACE));
  };
  return { start: left('start'), turn: left('turn'), other: left('other') };
}

function claimRequest(
  places: Places,
  running: ReadonlyMap<HeldClaim, unknown>,
  takeOver: boolean,
  { holder, ttlMs, known }: WorkDeps,
): ClaimRequest {
  return { places, known, holder, ttlMs, takeOver, inFlight: [...running.keys()].map(({ claim }) => claim.opId) };
}

// After an outage of the store every claim looks expired, so all holders get one time to live to renew before anyone takes over.
// A process that has not asked the store for a while can't know whether there was an outage, and waits too.
function watchStore({ clock, ttlMs }: WorkDeps) {
  let sinceMs: number | null = null;
  let answeredAtMs = 0;
  const isFresh = () => clock.monotonicMs() - answeredAtMs < ttlMs / 2;
  return {
    mayTakeOver: () => sinceMs !== null && isFresh() && clock.monotonicMs() - sinceMs >= ttlMs,
    async call<T>(call: () => Promise<T>): Promise<T> {
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
