import type { DependencyFault } from '@galaxy/ports';

const FIRST_MS = 100;
const LONGEST_MS = 2_000;

/** Decides whether a stream that has ended is opened again, and how soon. */
export class Reconnecting {
  readonly #giveUpMs: number;
  readonly #now: () => number;
  #everOpen = false;
  #openedAt: number | null = null;
  #troubleSince: number | null = null;
  #tries = 0;

  constructor(giveUpMs: number, now: () => number = () => performance.now()) {
    this.#giveUpMs = giveUpMs;
    this.#now = now;
  }

  /** The stream is open. */
  opened(): void {
    this.#everOpen = true;
    this.#openedAt = this.#now();
  }

  /**
   * Milliseconds until the next try, longer from one to the next and with jitter. A stream that ended soon after it was
   * opened counts as a try in vain.
   * @throws the fault when it will not pass, nothing was ever open, or nothing has lasted for `giveUpMs`.
   */
  delayAfter(fault: DependencyFault): number {
    const now = this.#now();
    if (this.#openedAt !== null && now - this.#openedAt >= LONGEST_MS) this.#forgetTrouble();
    this.#openedAt = null;
    this.#troubleSince ??= now;
    if (!fault.retryable || !this.#everOpen || now - this.#troubleSince >= this.#giveUpMs) throw fault;
    const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#tries);
    this.#tries += 1;
    return longest * (0.5 + Math.random() / 2);
  }

  #forgetTrouble(): void {
    this.#troubleSince = null;
    this.#tries = 0;
  }
}
