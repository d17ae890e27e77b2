import type { Clock, LeaseGrant, Leases, Observer } from '@galaxy/manager-ports';
import { withTimeout } from '../lib/with-timeout.js';
import type { FailingStreak } from './failing-streak.js';

/** What holds a lease. */
export interface LeaseDeps {
  readonly leases: Leases;
  readonly clock: Clock;
  readonly observer: Observer;
  readonly name: string;
  readonly holder: string;
  readonly ttlMs: number;
  /** When the duty is of no use any more: its calls have failed for so long; somebody else may do better. None: never. */
  readonly stepDown?: { readonly streak: Pick<FailingStreak, 'failingMs' | 'forget'>; readonly afterMs: number };
}

/** Does something for as long as the lease is held; ends when the signal aborts. */
export type LeasedDuty = (lease: LeaseGrant, signal: AbortSignal) => Promise<void>;

/** One process's part in a lease that it may or may not hold. */
export interface LeaseHolder {
  /** Whether it is held now; for health. */
  readonly held: boolean;
  /**
   * One try: takes the lease if it is free, then does the duty until the lease is lost or the signal aborts. A lease that was
   * left to others stays with them for two times to live.
   * @throws what the duty throws; an Error that says so when the lease was left to others.
   */
  turn(duty: LeasedDuty, signal: AbortSignal): Promise<void>;
  /** Ends the duty under way at once, as if the lease were lost. The next turn may take it again. */
  letGo(): void;
}

const RELEASE_MS = 1000;

/**
 * Makes a holder. The duty's signal aborts as soon as the lease can no longer be counted on: somebody else has it, or
 * no renewal was answered for its time to live, by the monotonic clock. Writes of the duty are fenced by the epoch all
 * the same. At most half a second later the lease is released, whether the duty has ended by then or still waits for an answer.
 */
export function makeLeaseHolder(deps: LeaseDeps): LeaseHolder {
  const { leases, clock, observer, name, holder, ttlMs } = deps;
  let held = false;
  let awayUntilMs = Number.NEGATIVE_INFINITY;
  let underWay = new AbortController();
  const change = (now: boolean): void => {
    held = now;
    observer.observe({ kind: 'lease_changed', name, held: now });
  };
  const giveBack = async (grant: LeaseGrant): Promise<void> => {
    change(false);
    await withTimeout(
      RELEASE_MS,
      leases.release(grant).catch(() => undefined),
      clock,
    );
  };
  return {
    get held() {
      return held;
    },
    letGo() {
      underWay.abort();
    },
    async turn(duty, signal) {
      const askedAtMs = clock.monotonicMs();
      if (askedAtMs < awayUntilMs) return clock.sleep(awayUntilMs - askedAtMs, signal);
      const grant = await leases.acquire(name, holder, ttlMs);
      if (grant === null) return clock.sleep(ttlMs / 5, signal);
      underWay = new AbortController();
      change(true);
      const end = await doWhileHeld({ grant, askedAtMs, duty, signal, underWay, giveBack }, deps);
      if (end.kind === 'stepped_down') awayUntilMs = clock.monotonicMs() + 2 * ttlMs;
      throwFailure(name, end);
    },
  };
}

function throwFailure(name: string, end: DutyEnd): void {
  if (end.kind === 'failed') throw end.error;
  if (end.kind === 'stepped_down')
    throw new Error(`the lease ${name} was left to others: its duty has failed for ${String(Math.round(end.failedMs))} ms`);
}

/** How a duty ended. `done`: by itself, or because the lease was lost or let go. */
type DutyEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'stepped_down'; readonly failedMs: number };

/** A duty under a lease that was granted. */
interface Tenure {
  readonly grant: LeaseGrant;
  /** The monotonic time just before the lease was asked for. */
  readonly askedAtMs: number;
  readonly duty: LeasedDuty;
  readonly signal: AbortSignal;
  /** Ends the duty from outside. */
  readonly underWay: AbortController;
  /** Gives the lease back; never throws. */
  readonly giveBack: (grant: LeaseGrant) => Promise<void>;
}

/** The renewals of one tenure: the one that was asked for last, and what was granted last. */
interface Renewals {
  underWay: Promise<void>;
  latest: LeaseGrant;
}

/** How long a duty that was told to end is waited for before the lease is given back: its writes are fenced. */
const END_MS = 500;
const LOOK_EVERY_MS = 250;

/** Does the duty while the lease is renewed, and gives the lease back. Returns once all of it has ended. */
async function doWhileHeld(tenure: Tenure, deps: LeaseDeps): Promise<DutyEnd> {
  const { grant, duty, signal, underWay, giveBack } = tenure;
  const end = (): void => {
    underWay.abort();
  };
  // By hand, since AbortSignal.any keeps a trace in the long-lived signal for every tenure (nodejs/node#54614).
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  const working = endOf(duty(grant, underWay.signal)).finally(end);
  const renewals: Renewals = { underWay: Promise.resolve(), latest: grant };
  const renewing = keepRenewing(tenure, renewals, deps).finally(end);
  const failedMs = await failedForTooLong(underWay.signal, deps);
  end();
  signal.removeEventListener('abort', end);
  // A renewal that the store carries out behind the release would leave the lease with nobody to do the duty.
  await withTimeout(END_MS, Promise.all([working, renewals.underWay]), deps.clock);
  await giveBack(renewals.latest);
  await renewing;
  const worked = await working;
  return failedMs === null ? worked : { kind: 'stepped_down', failedMs };
}

async function endOf(working: Promise<void>): Promise<DutyEnd> {
  try {
    await working;
    return { kind: 'done' };
  } catch (error) {
    return { kind: 'failed', error };
  }
}

// Null when the duty ended for another reason.
async function failedForTooLong(signal: AbortSignal, { stepDown, clock, ttlMs }: LeaseDeps): Promise<number | null> {
  stepDown?.streak.forget();
  for (;;) {
    await clock.sleep(stepDown === undefined ? ttlMs : LOOK_EVERY_MS, signal);
    if (signal.aborted) return null;
    const failedMs = stepDown?.streak.failingMs ?? 0;
    if (stepDown !== undefined && failedMs >= stepDown.afterMs) return failedMs;
  }
}

async function keepRenewing({ grant, askedAtMs, underWay }: Tenure, renewals: Renewals, deps: LeaseDeps): Promise<void> {
  const { clock, ttlMs } = deps;
  const { signal } = underWay;
  let endsAtMs = askedAtMs + ttlMs;
  for (;;) {
    await clock.sleep(Math.min(ttlMs / 5, endsAtMs - clock.monotonicMs()), signal);
    if (signal.aborted || clock.monotonicMs() >= endsAtMs) return;
    const triedAtMs = clock.monotonicMs();
    const renewed = await renewBefore(endsAtMs, signal, renewals, deps);
    if (renewed === null || (renewed !== undefined && renewed.epoch !== grant.epoch)) return;
    if (renewed !== undefined) endsAtMs = triedAtMs + ttlMs;
  }
}

// Undefined when it was not answered in time: a store that hangs must not keep the duty going, nor the end of it waiting.
async function renewBefore(
  endsAtMs: number,
  signal: AbortSignal,
  renewals: Renewals,
  deps: LeaseDeps,
): Promise<LeaseGrant | null | undefined> {
  const { leases, clock, name, holder, ttlMs } = deps;
  const waiting = new AbortController();
  const stopWaiting = (): void => {
    waiting.abort();
  };
  signal.addEventListener('abort', stopWaiting);
  const tooLate = clock.sleep(endsAtMs - clock.monotonicMs(), waiting.signal).then(() => undefined);
  const renewed = leases.acquire(name, holder, ttlMs).catch(() => undefined);
  renewals.underWay = renewed.then((granted) => {
    renewals.latest = granted ?? renewals.latest;
  });
  try {
    const answer = await Promise.race([renewed, tooLate]);
    // The lease has expired meanwhile: there is nothing left to give back in order.
    if (answer === undefined && !signal.aborted) renewals.underWay = Promise.resolve();
    return answer;
  } finally {
    signal.removeEventListener('abort', stopWaiting);
    stopWaiting();
  }
}
