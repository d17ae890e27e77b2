// The daemon keeps 256 events, so no more of ours are ever told again.
const REMEMBERED = 256;
// Events are not told strictly in the order of their times.
const OVERLAP_MS = 5_000;

/** How far the events were read: where to go on, and what was seen already. */
export class EventPlace {
  readonly #seen = new Set<string>();
  #sinceMs: number;

  /** @param nowMs our own time, until the daemon's is known. */
  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  /** From when on to ask for events, in seconds: a while earlier than what is known, for what was told out of order. */
  get since(): string {
    return (Math.max(0, this.#sinceMs - OVERLAP_MS) / 1000).toFixed(3);
  }

  /** Takes the time of the daemon at which a stream was opened, as it stands in a header. */
  opened(date: string | undefined): void {
    const atMs = Date.parse(date ?? '');
    if (!Number.isNaN(atMs)) this.#sinceMs = atMs;
  }

  /** Takes an event; false when it was told before. */
  isNew({ key, atMs }: { readonly key: string; readonly atMs: number }): boolean {
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    this.#sinceMs = Math.max(this.#sinceMs, atMs);
    if (this.#seen.size > REMEMBERED) this.#forgetOldest();
    return true;
  }

  #forgetOldest(): void {
    for (const key of this.#seen) return void this.#seen.delete(key);
  }
}
