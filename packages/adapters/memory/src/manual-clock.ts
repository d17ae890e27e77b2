import type { Clock } from '@galaxy/manager-ports';

interface Sleeper {
  readonly wakeAtMs: number;
  readonly wake: () => void;
}

/** A clock that moves only by {@link advance}. It starts at 1 January 2026 (UTC) unless another moment is given. */
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

  /** How many calls of {@link sleep} have not returned yet. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  /**
   * First lets all code run that can run now, then moves the time forward. Sleepers wake one after the other, each at its own time. The
   * code behind one sleep runs before the next sleeper wakes, so a loop that sleeps several times within `ms` wakes several times.
   */
  async advance(ms: number): Promise<void> {
    await othersRan();
    const end = this.#elapsedMs + ms;
    for (let next = this.#nextBefore(end); next !== undefined; next = this.#nextBefore(end)) {
      this.#elapsedMs = next.wakeAtMs;
      next.wake();
      await othersRan();
    }
    this.#elapsedMs = end;
    await othersRan();
  }

  #nextBefore(end: number): Sleeper | undefined {
    return [...this.#sleepers].filter(({ wakeAtMs }) => wakeAtMs <= end).sort((a, b) => a.wakeAtMs - b.wakeAtMs)[0];
  }
}

// Returns after all promise chains that can run have run.
const othersRan = () => new Promise((resolve) => setImmediate(resolve));
