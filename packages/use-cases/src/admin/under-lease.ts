import type { Clock, LeaseGrant, Leases } from '@galaxy/manager-ports';

/** Which lease, and who takes it. */
export interface UnderLeaseDeps {
  readonly leases: Leases;
  readonly clock: Clock;
  readonly name: string;
  readonly holder: string;
}

const TTL_MS = 30_000;
const RENEW_EVERY_MS = 10_000;

/**
 * Does the work while the lease is held and renewed; returns null, with nothing done, while somebody else holds it. It is
 * given up afterwards, and half a minute after a crash. Whoever stands still for longer may lose it without noticing: what
 * must not be done twice is done under the lease given.
 * @throws DependencyFault when the store does not answer at the beginning or the end; between, renewing is tried again.
 */
export async function underLease<T>(
  { leases, clock, name, holder }: UnderLeaseDeps,
  work: (lease: LeaseGrant) => Promise<T>,
): Promise<T | null> {
  const lease = await leases.acquire(name, holder, TTL_MS);
  if (lease === null) return null;
  const done = new AbortController();
  const renewals = renewUntil(done.signal, clock, () => leases.acquire(name, holder, TTL_MS));
  try {
    return await work(lease);
  } finally {
    done.abort();
    // A renewal that is carried out behind the release would keep everybody out.
    await renewals;
    await leases.release(lease);
  }
}

async function renewUntil(done: AbortSignal, clock: Clock, renew: () => Promise<unknown>): Promise<void> {
  for (;;) {
    await clock.sleep(RENEW_EVERY_MS, done);
    if (done.aborted) return;
    await renew().catch(() => undefined);
  }
}
