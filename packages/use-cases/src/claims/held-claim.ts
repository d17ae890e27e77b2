import { jobOperation, operationTraits } from '@galaxy/domain';
import type { Claim, ClaimState, Clock } from '@galaxy/manager-ports';

/** Why a claim ended before its operation. `stalled`: the process did not run for a while, so the claim may have expired. */
export type ClaimEnd = 'lost' | 'shutdown' | 'stalled';

const WHY: Readonly<Record<ClaimEnd, string>> = {
  lost: 'another process has taken over the claim',
  shutdown: 'the process is shutting down',
  stalled: 'the process did not run for a while',
};

/** Thrown to stop work on an operation at once because its claim has ended. */
export class ClaimEnded extends Error {
  readonly end: ClaimEnd;

  constructor(end: ClaimEnd) {
    super(WHY[end]);
    this.name = 'ClaimEnded';
    this.end = end;
  }
}

/** A claim that this process holds, with the state that its renewals have reported. */
export interface HeldClaim {
  readonly claim: Claim;
  /** Aborts as soon as work on the operation should stop: it is superseded, or the claim has ended. */
  readonly signal: AbortSignal;
  /** True as soon as a later operation of its game is queued to which this one yields. */
  readonly superseded: boolean;
  /** Why the claim has ended; null while it is held. */
  readonly ended: ClaimEnd | null;
  /** For how long the current {@link whileWaiting} has run; 0 when there is none. */
  readonly waitedMs: number;
  /** How long ago the last successful renewal was requested. */
  readonly renewalAgeMs: number;
  /** Does work that only waits, such as an image pull: after a while it no longer occupies a place of the worker. */
  whileWaiting<T>(work: () => Promise<T>): Promise<T>;
  /** @throws ClaimEnded when the claim is lost or let go, or the process is shutting down. */
  assertHeld(): void;
  /**
   * Returns only while no other process can have taken over the operation: the last renewal is younger than the time to live
   * minus two seconds. If it is older, renews first.
   * @throws ClaimEnded as {@link assertHeld}.
   */
  beforeMutation(): Promise<void>;
  /**
   * Renews now, and returns when a renewal that was sent after the call has succeeded.
   * @throws ClaimEnded as {@link assertHeld}.
   */
  renewNow(): Promise<void>;
}

const RETRY_MS = 200;

/** How a claim is renewed, and how old a renewal may be. */
export interface Renewal {
  readonly clock: Clock;
  /** No change to a container begins when the last renewal is older than this. */
  readonly maxAgeMs: number;
  readonly renewAll: () => Promise<void>;
}

/** A held claim as its keeper sees it: the keeper passes on the answers of renewals. */
export class KeptClaim implements HeldClaim {
  readonly claim: Claim;
  readonly #abort = new AbortController();
  readonly #renewal: Renewal;
  #renewedAtMs: number;
  #superseded: boolean;
  #ended: ClaimEnd | null = null;
  #waitsSinceMs: number | null = null;

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

  get waitedMs(): number {
    return this.#waitsSinceMs === null ? 0 : this.#renewal.clock.monotonicMs() - this.#waitsSinceMs;
  }

  get renewalAgeMs(): number {
    return this.#renewal.clock.monotonicMs() - this.#renewedAtMs;
  }

  async whileWaiting<T>(work: () => Promise<T>): Promise<T> {
    this.#waitsSinceMs = this.#renewal.clock.monotonicMs();
    try {
      return await work();
    } finally {
      this.#waitsSinceMs = null;
    }
  }

  /** Applies the answer of a renewal that was requested at `askedAtMs`. */
  learn(state: ClaimState, askedAtMs: number): void {
    if (state.attempt !== this.claim.attempt) return;
    if (state.state === 'lost') {
      this.end('lost');
      return;
    }
    if (state.state === 'unknown') return;
    this.#renewedAtMs = Math.max(this.#renewedAtMs, askedAtMs);
    if (state.state === 'superseded') this.#supersede();
  }

  /** Ends the claim: work on it stops at its next check. */
  end(end: ClaimEnd): void {
    // `shutdown` is final: no later end replaces it.
    if (this.#ended !== 'shutdown') this.#ended = end;
    this.#abort.abort();
  }

  assertHeld(): void {
    if (this.#ended !== null) throw new ClaimEnded(this.#ended);
  }

  async beforeMutation(): Promise<void> {
    this.assertHeld();
    // A loop: an answer that took long may be too old when it arrives.
    while (this.renewalAgeMs >= this.#renewal.maxAgeMs) await this.renewNow();
  }

  async renewNow(): Promise<void> {
    const { clock, renewAll } = this.#renewal;
    for (;;) {
      this.assertHeld();
      const askedAtMs = clock.monotonicMs();
      // Keep trying while the store does not answer, or somebody holds the row: only an answer can tell who holds the claim.
      await renewAll().catch(() => undefined);
      this.assertHeld();
      if (this.#renewedAtMs >= askedAtMs) return;
      await clock.sleep(RETRY_MS);
    }
  }

  #supersede(): void {
    if (operationTraits(jobOperation(this.claim.job)).yieldsTo.operations.length === 0) return;
    this.#superseded = true;
    this.#abort.abort();
  }
}
