// The daemon keeps 256 events, so at most this many can be reported again.
const REMEMBERED = 256;
// Events are not reported strictly in the order of their times.
const OVERLAP_MS = 5_000;

/** How far the events were read: from when to go on, and which events were seen already. */
export class EventPlace {
  readonly #seen = new Set<string>();
  #sinceMs: number;

  /** @param nowMs our own time; it is used until the daemon's is known. */
  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  /** The time from which to request events, in seconds: five seconds earlier than needed, for events that come out of order. */
  get since(): string {
    return (Math.max(0, this.#sinceMs - OVERLAP_MS) / 1000).toFixed(3);
  }

  /** Starts from the daemon's time in the `Date` header of an opened stream. */
  opened(date: string | undefined): void {
    const atMs = Date.parse(date ?? '');
    if (!Number.isNaN(atMs)) this.#sinceMs = atMs;
  }

  /** Remembers an event. False when it was reported before. */
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
