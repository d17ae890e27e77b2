/** A number of places; who finds none waits in line. */
export class Slots {
  #free: number;
  readonly #line: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  /** Runs the work in a place, first come, first served. When the signal fires in the line, gives null without running it. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | null> {
    await this.#enter();
    try {
      return signal.aborted ? null : await work();
    } finally {
      this.#leave();
    }
  }

  // An aborted one keeps its turn in the line: it leaves as soon as it gets a place.
  async #enter(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve) => this.#line.push(resolve));
  }

  #leave(): void {
    const next = this.#line.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
