import type { Clock, LeaseGrant, Leases, Observer } from '@galaxy/manager-ports';
import { withTimeout } from '../lib/with-timeout.js';
import type { FailingStreak } from './failing-streak.js';

export interface LeaseDeps {
  readonly leases: Leases;
  readonly clock: Clock;
  readonly observer: Observer;
  readonly name: string;
  readonly holder: string;
  readonly ttlMs: number;
  /** Leave the lease to another process after the duty's calls have failed for `afterMs`. Without it, the holder never does so. */
  readonly stepDown?: { readonly streak: Pick<FailingStreak, 'failingMs' | 'forget'>; readonly afterMs: number };
}

/** Work that is done while the lease is held. It must end when the signal aborts. */
export type LeasedDuty = (lease: LeaseGrant, signal: AbortSignal) => Promise<void>;

/** Acquires, renews and releases one lease for one process. */
export interface LeaseHolder {
  /** Whether this process holds the lease now. For the health report only: writes are fenced by the epoch. */
  readonly held: boolean;
  /**
   * Tries once to acquire the lease. If it is free, does the duty until the lease is lost or the signal aborts. After it has
   * left the lease to others (see `stepDown`), it does not try again for twice the time to live.
   * @throws what the duty throws, or an Error when it leaves the lease to others.
   */
  turn(duty: LeasedDuty, signal: AbortSignal): Promise<void>;
  /** Ends the current duty at once, as if the lease were lost. The next turn may acquire the lease again. */
  letGo(): void;
}

const RELEASE_MS = 1000;

/**
 * Makes a holder. The duty's signal aborts as soon as the lease is no longer certain: another process has it, or no renewal was
 * answered within its time to live, by the monotonic clock. The duty's writes are fenced by the epoch in any case. At most half
 * a second later the lease is released, even if the duty still waits for an answer.
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
  const release = async (grant: LeaseGrant): Promise<void> => {
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
      const end = await doWhileHeld({ grant, askedAtMs, duty, signal, underWay, release }, deps);
      if (end.kind === 'stepped_down') awayUntilMs = clock.monotonicMs() + 2 * ttlMs;
      throwFailure(name, end);
    },
  };
}

function throwFailure(name: string, end: DutyEnd): void {
  if (end.kind === 'failed') throw end.error;
  if (end.kind === 'stepped_down')
    throw new Error(`the lease ${name} was left to other processes: its duty has failed for ${String(Math.round(end.failedMs))} ms`);
}

/** How a duty ended. `done`: it returned by itself, or the lease was lost or let go. */
type DutyEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'stepped_down'; readonly failedMs: number };

/** One duty, from the grant of the lease until its release. */
interface Tenure {
  readonly grant: LeaseGrant;
  /** The monotonic time just before the lease was requested. Its time to live is counted from here, so never longer than in the store. */
  readonly askedAtMs: number;
  readonly duty: LeasedDuty;
  readonly signal: AbortSignal;
  /** Aborting it ends the duty. */
  readonly underWay: AbortController;
  /** Releases the lease. Never throws. */
  readonly release: (grant: LeaseGrant) => Promise<void>;
}

/** The renewals of one tenure: the last request, and the last grant. */
interface Renewals {
  underWay: Promise<void>;
  latest: LeaseGrant;
}

/** How long to wait for a duty to end before the lease is released. No longer is needed: the duty's writes are fenced. */
const END_MS = 500;
const LOOK_EVERY_MS = 250;

/** Does the duty while the lease is renewed, then releases the lease. Returns when the duty and the renewals have ended. */
async function doWhileHeld(tenure: Tenure, deps: LeaseDeps): Promise<DutyEnd> {
  const { grant, duty, signal, underWay, release } = tenure;
  const end = (): void => {
    underWay.abort();
  };
  // Not AbortSignal.any: it leaves an entry in the long-lived signal for every tenure (nodejs/node#54614).
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  const working = endOf(duty(grant, underWay.signal)).finally(end);
  const renewals: Renewals = { underWay: Promise.resolve(), latest: grant };
  const renewing = keepRenewing(tenure, renewals, deps).finally(end);
  const failedMs = await failedForTooLong(underWay.signal, deps);
  end();
  signal.removeEventListener('abort', end);
  // If the store carried out a renewal after the release, the lease would be held and nobody would do the duty.
  await withTimeout(END_MS, Promise.all([working, renewals.underWay]), deps.clock);
  await release(renewals.latest);
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

// Returns how long the calls have failed, or null when the duty ended for another reason.
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

// Undefined when no answer came in time: a store that hangs must neither keep the duty running nor delay its end.
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
    // The lease has expired meanwhile, so the release need not wait for this renewal.
    if (answer === undefined && !signal.aborted) renewals.underWay = Promise.resolve();
    return answer;
  } finally {
    signal.removeEventListener('abort', stopWaiting);
    stopWaiting();
  }
}
