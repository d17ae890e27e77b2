/** Limits how much work runs at a time. Work that finds no free place waits in line, but not for ever. */
export class Semaphore {
  #free: number;
  readonly #patienceMs: number;
  readonly #line: (() => void)[] = [];

  constructor(places: number, patienceMs: number) {
    this.#free = places;
    this.#patienceMs = patienceMs;
  }

  /**
   * Runs the work when a place is free, in the order of the calls. Work that has waited for `patienceMs` runs without a place, so that
   * stalled work never delays others for longer. If the signal fires while the work waits, returns null at once without running it.
   */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | null> {
    const leave = await this.#enter(signal);
    try {
      return signal.aborted ? null : await work();
    } finally {
      leave();
    }
  }

  async #enter(signal: AbortSignal): Promise<() => void> {
    if (signal.aborted) return () => {};
    const leave = () => this.#leave();
    if (this.#free > 0) {
      this.#free -= 1;
      return leave;
    }
    return new Promise((resolve) => {
      const proceed = (andLeave: () => void): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', withoutPlace);
        resolve(andLeave);
      };
      const withPlace = () => proceed(leave);
      const withoutPlace = (): void => {
        this.#line.splice(this.#line.indexOf(withPlace), 1);
        proceed(() => {});
      };
      const timer = setTimeout(withoutPlace, this.#patienceMs);
      signal.addEventListener('abort', withoutPlace);
      this.#line.push(withPlace);
    });
  }

  #leave(): void {
    const next = this.#line.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
