import type { Clock, LeaseGrant, Leases } from '@galaxy/manager-ports';

/** The lease to take, and the UUID of the process that takes it. */
export interface UnderLeaseDeps {
  readonly leases: Leases;
  readonly clock: Clock;
  readonly name: string;
  readonly holder: string;
}

const TTL_MS = 30_000;
const RENEW_EVERY_MS = 10_000;

/**
 * Does the work while the lease is held and renewed. Returns null, with nothing done, while another process holds the lease. The
 * lease is released afterwards; after a crash it expires within 30 s. A process that is frozen for longer may lose the lease
 * without noticing: writes that must not happen twice pass the given lease to the store, which refuses an old one.
 * @throws DependencyFault when the store does not answer the first or the last call; a renewal that fails is tried again.
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
    // Wait for the last renewal: if the store carried it out after the release, nobody could take the lease for 30 s.
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
