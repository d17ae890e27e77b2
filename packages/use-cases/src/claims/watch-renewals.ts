import type { Clock, Observer } from '@galaxy/manager-ports';
import type { ClaimKeeper } from './claim-keeper.js';

export interface WatchRenewalsDeps {
  readonly keeper: Pick<ClaimKeeper, 'held'>;
  readonly clock: Clock;
  readonly observer: Observer;
  /** In milliseconds: no change to a container begins when the last renewal of its claim is older than this. */
  readonly limitMs: number;
}

const LOOK_EVERY_MS = 250;

/**
 * Reports when renewals are late, so that work on operations stands still: once, until no renewal is late any more. A loop of its
 * own, because a renewal that is under way may be the one that takes long.
 */
export function watchRenewals({ keeper, clock, observer, limitMs }: WatchRenewalsDeps): (signal: AbortSignal) => Promise<void> {
  let isTold = false;
  return async (signal) => {
    await clock.sleep(LOOK_EVERY_MS, signal);
    const late = keeper.held().filter(({ ended, renewalAgeMs }) => ended === null && renewalAgeMs > limitMs);
    const ms = Math.round(Math.max(0, ...late.map(({ renewalAgeMs }) => renewalAgeMs)));
    if (late.length > 0 && !isTold) observer.observe({ kind: 'renewal_late', claims: late.length, ms });
    isTold = late.length > 0;
  };
}
