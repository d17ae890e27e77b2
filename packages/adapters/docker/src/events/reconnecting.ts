import type { DependencyFault } from '@galaxy/ports';

const FIRST_MS = 100;
const LONGEST_MS = 2_000;

/** Decides whether a stream that has ended is opened again, and after which pause. */
export class Reconnecting {
  readonly #giveUpMs: number;
  readonly #now: () => number;
  #everOpen = false;
  #openedAt: number | null = null;
  #failingSince: number | null = null;
  #tries = 0;

  constructor(giveUpMs: number, now: () => number = () => performance.now()) {
    this.#giveUpMs = giveUpMs;
    this.#now = now;
  }

  /** Call it when the stream was opened. */
  opened(): void {
    this.#everOpen = true;
    this.#openedAt = this.#now();
  }

  /**
   * Returns the milliseconds until the next try: longer each time, with jitter. A stream that ends within two seconds after it was
   * opened counts as a failed try.
   * @throws the fault when it is not retryable, when no stream was ever opened, or when tries have failed for `giveUpMs`.
   */
  delayAfter(fault: DependencyFault): number {
    const now = this.#now();
    if (this.#openedAt !== null && now - this.#openedAt >= LONGEST_MS) this.#forgetFailures();
    this.#openedAt = null;
    this.#failingSince ??= now;
    if (!fault.retryable || !this.#everOpen || now - this.#failingSince >= this.#giveUpMs) throw fault;
    const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#tries);
    this.#tries += 1;
    return longest * (0.5 + Math.random() / 2);
  }

  #forgetFailures(): void {
    this.#failingSince = null;
    this.#tries = 0;
  }
}
