import type { Claim, Clock, OperationJournal } from '@galaxy/manager-ports';
import { type HeldClaim, KeptClaim } from './held-claim.js';

/** Keeps the claims of this process alive. */
export interface ClaimKeeper {
  /** Keeps a claim from now on. `askedAtMs`: the monotonic time just before the claim was asked for. */
  hold(claim: Claim, askedAtMs: number): HeldClaim;
  /** Keeps it no longer. */
  release(held: HeldClaim): void;
  /** Every claim that is kept. */
  held(): readonly HeldClaim[];
  /** Renews all claims in one statement, and tells each holder what it learned. */
  renewAll(): Promise<void>;
  /** Ends all claims that are kept now with `stalled`: what is under way ends at its next step, and is claimed anew. */
  letGo(): void;
  /** Ends all claims with `shutdown`, also those that come later. */
  shutDown(): void;
}

/** What a keeper works with. */
export interface ClaimKeeperDeps {
  readonly journal: Pick<OperationJournal, 'renew'>;
  readonly clock: Clock;
  readonly ttlMs: number;
  /** No change to a container begins under a renewal that is older than this. */
  readonly maxRenewalAgeMs: number;
}

/** Makes the keeper of one process. */
export function makeClaimKeeper(deps: ClaimKeeperDeps): ClaimKeeper {
  const kept = new Map<string, KeptClaim>();
  let isShutDown = false;

  const renewAll = async (): Promise<void> => {
    // One that was lost or let go is not held on to, however long its last call takes.
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
      // A claim that was asked for before the shutdown may be answered after it.
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
