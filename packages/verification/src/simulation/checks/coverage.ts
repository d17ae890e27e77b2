/** How often each kind of trouble was really met. */
export class Coverage {
  readonly #counts = new Map<string, number>();

  /** Counts what was met. */
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

  /** Of these names those that were never met. */
  missing(names: readonly string[]): string[] {
    return names.filter((name) => this.of(name) === 0);
  }

  /** Everything that was counted, by name. */
  get counts(): readonly (readonly [string, number])[] {
    return [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}
