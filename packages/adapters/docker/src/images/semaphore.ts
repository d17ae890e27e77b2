/** A number of places; who finds none waits in line, but not for ever. */
export class Semaphore {
  #free: number;
  readonly #patienceMs: number;
  readonly #line: (() => void)[] = [];

  constructor(places: number, patienceMs: number) {
    this.#free = places;
    this.#patienceMs = patienceMs;
  }

  /**
   * Runs the work in a place, first come, first served; who has waited for as long as the line's patience runs beside those in
   * the places, so that work which does not get on holds up nobody for longer. When the signal fires in the line, gives null
   * at once without running it.
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
      const goIn = (andLeave: () => void): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', beside);
        resolve(andLeave);
      };
      const take = () => goIn(leave);
      const beside = (): void => {
        this.#line.splice(this.#line.indexOf(take), 1);
        goIn(() => {});
      };
      const timer = setTimeout(beside, this.#patienceMs);
      signal.addEventListener('abort', beside);
      this.#line.push(take);
    });
  }

  #leave(): void {
    const next = this.#line.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
