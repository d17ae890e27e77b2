import type { Clock, LeaseGrant, Leases, Observer } from '@galaxy/ports';

/** What holds a lease. */
export interface LeaseDeps {
  readonly leases: Leases;
  readonly clock: Clock;
  readonly observer: Observer;
  readonly name: string;
  readonly holder: string;
  readonly ttlMs: number;
}

/** Does something for as long as the lease is held; ends when the signal aborts. */
export type LeasedDuty = (lease: LeaseGrant, signal: AbortSignal) => Promise<void>;

/** One process's part in a lease that it may or may not hold. */
export interface LeaseHolder {
  /** Whether it is held now; for health. */
  readonly held: boolean;
  /** One try: takes the lease if it is free, then does the duty until the lease is lost or the signal aborts. */
  turn(duty: LeasedDuty, signal: AbortSignal): Promise<void>;
}

/**
 * Makes a holder. The duty's signal aborts as soon as the lease can no longer be counted on: somebody else has it, or
 * no renewal was answered for its time to live, by the monotonic clock. Writes of the duty are fenced by the epoch all
 * the same.
 */
export function makeLeaseHolder(deps: LeaseDeps): LeaseHolder {
  const { leases, clock, observer, name, holder, ttlMs } = deps;
  let held = false;
  const change = (now: boolean): void => {
    held = now;
    observer.observe({ kind: 'lease_changed', name, held: now });
  };
  return {
    get held() {
      return held;
    },
    async turn(duty, signal) {
      const askedAtMs = clock.monotonicMs();
      const grant = await leases.acquire(name, holder, ttlMs);
      if (grant === null) return clock.sleep(ttlMs / 5, signal);
      change(true);
      try {
        await whileHeld(grant, askedAtMs, duty, signal, deps);
      } finally {
        change(false);
        await leases.release(grant).catch(() => undefined);
      }
    },
  };
}

async function whileHeld(grant: LeaseGrant, askedAtMs: number, duty: LeasedDuty, signal: AbortSignal, deps: LeaseDeps): Promise<void> {
  const ended = new AbortController();
  const both = AbortSignal.any([signal, ended.signal]);
  const renewing = keepRenewing(grant, askedAtMs, both, deps).finally(() => {
    ended.abort();
  });
  try {
    await duty(grant, both);
  } finally {
    ended.abort();
    await renewing;
  }
}

async function keepRenewing(grant: LeaseGrant, askedAtMs: number, signal: AbortSignal, deps: LeaseDeps): Promise<void> {
  const { clock, ttlMs } = deps;
  let endsAtMs = askedAtMs + ttlMs;
  for (;;) {
    await clock.sleep(Math.min(ttlMs / 5, endsAtMs - clock.monotonicMs()), signal);
    if (signal.aborted || clock.monotonicMs() >= endsAtMs) return;
    const triedAtMs = clock.monotonicMs();
    const renewed = await renewBefore(endsAtMs, deps);
    if (renewed === null || (renewed !== undefined && renewed.epoch !== grant.epoch)) return;
    if (renewed !== undefined) endsAtMs = triedAtMs + ttlMs;
  }
}

// Undefined when it was not answered in time: a store that hangs must not keep the duty going.
async function renewBefore(endsAtMs: number, { leases, clock, name, holder, ttlMs }: LeaseDeps): Promise<LeaseGrant | null | undefined> {
  const answered = new AbortController();
  const tooLate = clock.sleep(endsAtMs - clock.monotonicMs(), answered.signal).then(() => undefined);
  const renewed = leases.acquire(name, holder, ttlMs).catch(() => undefined);
  try {
    return await Promise.race([renewed, tooLate]);
  } finally {
    answered.abort();
  }
}
