/** Something that will happen at a moment. */
export interface QueuedEvent {
  readonly atMs: number;
  readonly act: () => void;
}

interface Entry extends QueuedEvent {
  readonly order: number;
  isOff: boolean;
}

/** A priority queue of events: a binary heap. */
export class EventQueue {
  readonly #heap: Entry[] = [];

  /** Adds an event. Of the events of one moment, the one with the lowest order comes first. Returns a function that cancels it. */
  add(atMs: number, order: number, act: () => void): () => void {
    const entry: Entry = { atMs, order, act, isOff: false };
    this.#heap.push(entry);
    this.#rise(this.#heap.length - 1);
    return () => {
      entry.isOff = true;
    };
  }

  /** Removes and returns the next event, if it is due at or before `endMs`. */
  takeUntil(endMs: number): QueuedEvent | null {
    for (let first = this.#heap[0]; first !== undefined && first.atMs <= endMs; first = this.#heap[0]) {
      this.#removeFirst();
      if (!first.isOff) return first;
    }
    return null;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink();
  }

  #rise(from: number): void {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfEarlier(at, parent)) return;
      at = parent;
    }
  }

  #sink(): void {
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const child = this.#isEarlier(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfEarlier(child, at)) return;
      at = child;
    }
  }

  #swapIfEarlier(below: number, above: number): boolean {
    const [lower, upper] = [this.#heap[below], this.#heap[above]];
    if (lower === undefined || upper === undefined || !this.#isEarlier(below, above)) return false;
    this.#heap[below] = upper;
    this.#heap[above] = lower;
    return true;
  }

  #isEarlier(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined) return false;
    return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
  }
}
