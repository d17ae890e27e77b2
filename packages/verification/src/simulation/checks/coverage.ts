/** How often each injection really happened. */
export class Coverage {
  readonly #counts = new Map<string, number>();

  /** Counts an injection that happened. */
  hit(name: string, times = 1): void {
    this.#counts.set(name, this.of(name) + times);
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** Adds all of another's counts. */
  addAll(other: Coverage): void {
    for (const [name, times] of other.#counts) this.hit(name, times);
  }

  /** Those of these names that were never counted. */
  missing(names: readonly string[]): string[] {
    return names.filter((name) => this.of(name) === 0);
  }

  /** All counts, sorted by name. */
  get counts(): readonly (readonly [string, number])[] {
    return [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}
