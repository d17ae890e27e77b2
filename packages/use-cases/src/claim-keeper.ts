import { jobOperation } from '@galaxy/domain';
import type { Claim, ClaimState, Clock, OperationJournal } from '@galaxy/ports';

/** Why a claim ended before its operation did. */
export type ClaimEnd = 'lost' | 'shutdown';

/** Thrown where work on an operation must stop at once because its claim has ended. */
export class ClaimEnded extends Error {
  readonly end: ClaimEnd;

  constructor(end: ClaimEnd) {
    super(end === 'lost' ? 'the claim belongs to somebody else' : 'the process is shutting down');
    this.name = 'ClaimEnded';
    this.end = end;
  }
}

/** A claim this process holds, with what its renewals have learned. */
export interface HeldClaim {
  readonly claim: Claim;
  /** Aborts as soon as there is no point in going on: superseded, lost, or shutting down. */
  readonly signal: AbortSignal;
  /** True for a start once a later stop of its game is queued. */
  readonly superseded: boolean;
  /** Why the claim has ended; null while it is held. */
  readonly ended: ClaimEnd | null;
  /** @throws ClaimEnded when the claim is lost or the process is shutting down. */
  assertHeld(): void;
  /**
   * Returns only while it is certain that nobody else can have taken the operation over: the last renewal is younger
   * than the time to live less two seconds; renews first if it is not.
   * @throws ClaimEnded as {@link assertHeld}.
   */
  beforeMutation(): Promise<void>;
  /**
   * Returns after one renewal that was answered.
   * @throws ClaimEnded as {@link assertHeld}.
   */
  renewNow(): Promise<void>;
}

/** Keeps the claims of this process alive. */
export interface ClaimKeeper {
  /** Starts to keep a claim. `askedAtMs`: the monotonic time just before the claim was asked for. */
  hold(claim: Claim, askedAtMs: number): HeldClaim;
  /** Stops to keep it. */
  release(held: HeldClaim): void;
  /** Every claim that is kept. */
  held(): readonly HeldClaim[];
  /** Renews all claims in one statement, and tells each holder what it learned. */
  renewAll(): Promise<void>;
  /** Ends all claims with `shutdown`, also those that come later. */
  shutDown(): void;
}

/** What a keeper works with. */
export interface ClaimKeeperDeps {
  readonly journal: Pick<OperationJournal, 'renew'>;
  readonly clock: Clock;
  readonly ttlMs: number;
}

const SAFETY_MS = 2000;
const RETRY_MS = 200;

/** Makes the keeper of one process. */
export function makeClaimKeeper(deps: ClaimKeeperDeps): ClaimKeeper {
  const kept = new Map<string, KeptClaim>();
  let isShutDown = false;

  const renewAll = async (): Promise<void> => {
    const claims = [...kept.values()];
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
      const held = new KeptClaim(claim, askedAtMs, { clock: deps.clock, maxAgeMs: deps.ttlMs - SAFETY_MS, renewAll });
      kept.set(claim.opId, held);
      // A claim that was asked for before the shutdown may be answered after it.
      if (isShutDown) held.end('shutdown');
      return held;
    },
    release: (held) => void kept.delete(held.claim.opId),
    held: () => [...kept.values()],
    renewAll,
    shutDown() {
      isShutDown = true;
      for (const held of kept.values()) held.end('shutdown');
    },
  };
}

interface Renewal {
  readonly clock: Clock;
  readonly maxAgeMs: number;
  readonly renewAll: () => Promise<void>;
}

class KeptClaim implements HeldClaim {
  readonly claim: Claim;
  readonly #abort = new AbortController();
  readonly #renewal: Renewal;
  #renewedAtMs: number;
  #superseded: boolean;
  #ended: ClaimEnd | null = null;

  constructor(claim: Claim, renewedAtMs: number, renewal: Renewal) {
    this.claim = claim;
    this.#renewedAtMs = renewedAtMs;
    this.#renewal = renewal;
    this.#superseded = false;
    if (claim.superseded) this.#supersede();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get superseded(): boolean {
    return this.#superseded;
  }

  get ended(): ClaimEnd | null {
    return this.#ended;
  }

  learn(state: ClaimState, askedAtMs: number): void {
    if (state.attempt !== this.claim.attempt) return;
    if (state.state === 'lost') {
      this.end('lost');
      return;
    }
    this.#renewedAtMs = Math.max(this.#renewedAtMs, askedAtMs);
    if (state.state === 'superseded') this.#supersede();
  }

  end(end: ClaimEnd): void {
    // The end of the process is the last word: nothing is asked again after it.
    if (this.#ended !== 'shutdown') this.#ended = end;
    this.#abort.abort();
  }

  assertHeld(): void {
    if (this.#ended !== null) throw new ClaimEnded(this.#ended);
  }

  async beforeMutation(): Promise<void> {
    this.assertHeld();
    // Again and again: an answer that took long may be too old by the time it is here.
    while (this.#renewal.clock.monotonicMs() - this.#renewedAtMs >= this.#renewal.maxAgeMs) await this.renewNow();
  }

  async renewNow(): Promise<void> {
    const { clock, renewAll } = this.#renewal;
    for (;;) {
      this.assertHeld();
      const askedAtMs = clock.monotonicMs();
      // A store that does not answer is no reason to give up: only time or an answer can tell who holds the claim.
      await renewAll().catch(() => undefined);
      this.assertHeld();
      if (this.#renewedAtMs >= askedAtMs) return;
      await clock.sleep(RETRY_MS);
    }
  }

  #supersede(): void {
    if (jobOperation(this.claim.job) !== 'start') return;
    this.#superseded = true;
    this.#abort.abort();
  }
}
