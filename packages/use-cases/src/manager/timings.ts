// The times that keep several processes apart, each in one place. docs/deadlines.md explains them and is held against this file.

/** How long a claim or a lease lives without a renewal, by the database's clock. */
export const TTL_MS = 5000;
/** How often claims are renewed. */
export const RENEW_EVERY_MS = 1000;
/** The longest pause after a renewal that failed: after any outage of the store, claims are renewed well before anyone may take them over. */
export const RENEW_RETRY_MS = 1000;
/** No change to a container begins under a renewal that is older than the time to live less this: it may be somebody else's by then. */
export const SAFETY_MS = 2000;
/** A leader that cannot read jobs for so long leaves the lease to others. */
export const STEP_DOWN_AFTER_MS = 10_000;
/** How long a container may take to be seen ended after a stop or a kill was answered. */
export const VERIFY_TIMEOUT_MS = 5000;
/** At shutdown: how long operations may take to end by themselves. */
export const DRAIN_MS = 1000;
/** At shutdown: how long the loops are waited for that still wait for a server. */
export const LOOPS_END_MS = 500;
