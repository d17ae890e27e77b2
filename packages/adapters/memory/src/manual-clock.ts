import type { Clock } from '@galaxy/manager-ports';

interface Sleeper {
  readonly wakeAtMs: number;
  readonly wake: () => void;
}

/** A clock that stands still until it is told to move. Starts at 1 January 2026 (UTC) unless another moment is given. */
export class ManualClock implements Clock {
  readonly #startedAt: number;
  #elapsedMs = 0;
  readonly #sleepers = new Set<Sleeper>();

  constructor(startsAt: Date = new Date('2026-01-01T00:00:00Z')) {
    this.#startedAt = startsAt.getTime();
  }

  now(): Date {
    return new Date(this.#startedAt + this.#elapsedMs);
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0 || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { wakeAtMs: this.#elapsedMs + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', wake);
    });
  }

  /** How many calls of {@link sleep} have not returned. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  /**
   * Moves time on, once everything that can go on now has gone on. Sleepers wake one after the other, each at its moment,
   * and what a woken one does at once happens before the next: one that sleeps again within the span wakes again within it.
   */
  async advance(ms: number): Promise<void> {
    await settled();
    const end = this.#elapsedMs + ms;
    for (let next = this.#nextBefore(end); next !== undefined; next = this.#nextBefore(end)) {
      this.#elapsedMs = next.wakeAtMs;
      next.wake();
      await settled();
    }
    this.#elapsedMs = end;
    await settled();
  }

  #nextBefore(end: number): Sleeper | undefined {
    return [...this.#sleepers].filter(({ wakeAtMs }) => wakeAtMs <= end).sort((a, b) => a.wakeAtMs - b.wakeAtMs)[0];
  }
}

// Returns once every promise chain that could go on has gone on.
const settled = () => new Promise((resolve) => setImmediate(resolve));
