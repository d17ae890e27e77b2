// The times by which several processes stay out of each other's way. docs/deadlines.md explains them; a test compares it with this file.

/** How long a claim or a lease lives without a renewal, by the database's clock. */
export const TTL_MS = 5000;
/** How often claims are renewed. */
export const RENEW_EVERY_MS = 1000;
/** The longest pause after a failed renewal: after an outage of the store, claims are renewed well before others may take them over. */
export const RENEW_RETRY_MS = 1000;
/** No change to a container begins when the last renewal is older than the time to live minus this: another process may soon take over. */
export const SAFETY_MS = 2000;
/** A coordinator that could not read jobs for this long leaves the lease to other processes. */
export const STEP_DOWN_AFTER_MS = 10_000;
/** How long to wait, after a stop or a kill was answered, until the container is seen as ended. */
export const VERIFY_TIMEOUT_MS = 5000;
/** At shutdown: how long operations may take to end by themselves. */
export const DRAIN_MS = 1000;
/** At shutdown: how long to wait for loops that still wait for a server. */
export const LOOPS_END_MS = 500;
