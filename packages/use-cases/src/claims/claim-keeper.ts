import type { Claim, Clock, OperationJournal } from '@galaxy/manager-ports';
import { type HeldClaim, KeptClaim } from './held-claim.js';

/** Renews the claims of this process, so that they do not expire. */
export interface ClaimKeeper {
  /** Renews this claim from now on. `askedAtMs`: the monotonic time just before the claim was requested. */
  hold(claim: Claim, askedAtMs: number): HeldClaim;
  /** Renews it no longer. Writes nothing: the claim is finished or released in the journal elsewhere. */
  release(held: HeldClaim): void;
  /** All claims that are renewed now. */
  held(): readonly HeldClaim[];
  /** Renews all claims in one statement, and passes each answer to its claim. */
  renewAll(): Promise<void>;
  /** Ends all current claims with `stalled`: each operation stops at its next step, is released, and may be claimed again. */
  letGo(): void;
  /** Ends all claims with `shutdown`, also claims that are added later. */
  shutDown(): void;
}

export interface ClaimKeeperDeps {
  readonly journal: Pick<OperationJournal, 'renew'>;
  readonly clock: Clock;
  readonly ttlMs: number;
  /** No change to a container begins when the last renewal is older than this, in milliseconds. */
  readonly maxRenewalAgeMs: number;
}

export function makeClaimKeeper(deps: ClaimKeeperDeps): ClaimKeeper {
  const kept = new Map<string, KeptClaim>();
  let isShutDown = false;

  const renewAll = async (): Promise<void> => {
    // A claim that was lost or let go is not renewed, even while its operation still waits for a call.
    const claims = [...kept.values()].filter(({ ended }) => ended === null || ended === 'shutdown');
    if (claims.length === 0) return;
    const askedAtMs = deps.clock.monotonicMs();
    const states = await deps.journal.renew(
      claims.map(({ claim }) => ({ opId: claim.opId, attempt: claim.attempt })),
      deps.ttlMs,
    );
    for (const state of states) kept.get(state.opId)?.learn(state, askedAtMs);
  };

  return {
    hold(claim, askedAtMs) {
      const held = new KeptClaim(claim, askedAtMs, { clock: deps.clock, maxAgeMs: deps.maxRenewalAgeMs, renewAll });
      kept.set(claim.opId, held);
      // The answer to a claim request from before the shutdown may come after it.
      if (isShutDown) held.end('shutdown');
      return held;
    },
    release: (held) => void kept.delete(held.claim.opId),
    held: () => [...kept.values()],
    renewAll,
    letGo() {
      for (const held of kept.values()) held.end('stalled');
    },
    shutDown() {
      isShutDown = true;
      for (const held of kept.values()) held.end('shutdown');
    },
  };
}
