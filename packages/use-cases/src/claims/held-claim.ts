import { jobOperation } from '@galaxy/domain';
import type { Claim, ClaimState, Clock } from '@galaxy/manager-ports';

/** Why a claim ended before its operation did. `stalled`: the process did not run for a while, and can't count on it any more. */
export type ClaimEnd = 'lost' | 'shutdown' | 'stalled';

const WHY: Readonly<Record<ClaimEnd, string>> = {
  lost: 'the claim belongs to somebody else',
  shutdown: 'the process is shutting down',
  stalled: 'the process did not run for a while',
};

/** Thrown where work on an operation must stop at once because its claim has ended. */
export class ClaimEnded extends Error {
  readonly end: ClaimEnd;

  constructor(end: ClaimEnd) {
    super(WHY[end]);
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
  /** For how long the work has been at something that only takes time; 0 while it is at anything else. */
  readonly waitedMs: number;
  /** Does something that only takes time. */
  whileWaiting<T>(work: () => Promise<T>): Promise<T>;
  /** @throws ClaimEnded when the claim is lost or let go, or the process is shutting down. */
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

const RETRY_MS = 200;

/** How a kept claim is renewed. */
export interface Renewal {
  readonly clock: Clock;
  /** No change to a container begins under an older renewal. */
  readonly maxAgeMs: number;
  readonly renewAll: () => Promise<void>;
}

/** A claim in the hands of its keeper, which tells it what renewals have learned. */
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

  async whileWaiting<T>(work: () => Promise<T>): Promise<T> {
    this.#waitsSinceMs = this.#renewal.clock.monotonicMs();
    try {
      return await work();
    } finally {
      this.#waitsSinceMs = null;
    }
  }

  /** Takes in what a renewal learned that was asked for at `askedAtMs`. */
  learn(state: ClaimState, askedAtMs: number): void {
    if (state.attempt !== this.claim.attempt) return;
    if (state.state === 'lost') {
      this.end('lost');
      return;
    }
    this.#renewedAtMs = Math.max(this.#renewedAtMs, askedAtMs);
    if (state.state === 'superseded') this.#supersede();
  }

  /** Ends the claim: work on it stops at its next check. */
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
