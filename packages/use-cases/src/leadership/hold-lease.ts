import type { LeaseGrant } from '@galaxy/manager-ports';
import { withTimeout } from '../lib/with-timeout.js';
import { type DutyEnd, doWhileHeld, type LeaseDeps, type LeasedDuty } from './leased-duty.js';

/** One process's part in a lease that it may or may not hold. */
export interface LeaseHolder {
  /** Whether it is held now; for health. */
  readonly held: boolean;
  /**
   * One try: takes the lease if it is free, then does the duty until the lease is lost or the signal aborts. A lease that was
   * given up is left to others for two times to live.
   * @throws what the duty throws; an Error saying so when the lease was given up.
   */
  turn(duty: LeasedDuty, signal: AbortSignal): Promise<void>;
  /** Ends the duty under way at once, as if the lease were lost. The next turn may take it again. */
  letGo(): void;
}

const RELEASE_MS = 1000;

/**
 * Makes a holder. The duty's signal aborts as soon as the lease can no longer be counted on: somebody else has it, or
 * no renewal was answered for its time to live, by the monotonic clock. Writes of the duty are fenced by the epoch all
 * the same. At most half a second later the lease is given back, whether the duty has ended by then or still waits for an answer.
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
      if (end.kind === 'given_up') awayUntilMs = clock.monotonicMs() + 2 * ttlMs;
      throwFailure(name, end);
    },
  };
}

function throwFailure(name: string, end: DutyEnd): void {
  if (end.kind === 'failed') throw end.error;
  if (end.kind === 'given_up')
    throw new Error(`the lease ${name} was given up: its duty has failed for ${String(Math.round(end.failedMs))} ms`);
}
