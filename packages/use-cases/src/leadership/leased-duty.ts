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
  readonly giveUp?: { readonly streak: Pick<FailingStreak, 'failingMs' | 'forget'>; readonly afterMs: number };
}

/** Does something for as long as the lease is held; ends when the signal aborts. */
export type LeasedDuty = (lease: LeaseGrant, signal: AbortSignal) => Promise<void>;

/** How a duty ended. `done`: by itself, or because the lease was lost or let go. */
export type DutyEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'given_up'; readonly failedMs: number };

/** A duty under a lease that was granted. */
export interface Tenure {
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
const FAREWELL_MS = 500;
const LOOK_EVERY_MS = 250;

/** Does the duty while the lease is renewed, and gives the lease back. Returns once all of it has ended. */
export async function doWhileHeld(tenure: Tenure, deps: LeaseDeps): Promise<DutyEnd> {
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
  await withTimeout(FAREWELL_MS, Promise.all([working, renewals.underWay]), deps.clock);
  await giveBack(renewals.latest);
  await renewing;
  const worked = await working;
  return failedMs === null ? worked : { kind: 'given_up', failedMs };
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
async function failedForTooLong(signal: AbortSignal, { giveUp, clock, ttlMs }: LeaseDeps): Promise<number | null> {
  giveUp?.streak.forget();
  for (;;) {
    await clock.sleep(giveUp === undefined ? ttlMs : LOOK_EVERY_MS, signal);
    if (signal.aborted) return null;
    const failedMs = giveUp?.streak.failingMs ?? 0;
    if (giveUp !== undefined && failedMs >= giveUp.afterMs) return failedMs;
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
