import { RuntimeFault } from '@galaxy/ports';

interface Waiting<I, O> {
  readonly item: I;
  readonly resolve: (outcome: O) => void;
  readonly reject: (error: unknown) => void;
}

/** Limits of the batches. */
export interface CoalescerOptions<I> {
  /** Two items with the same key never share a batch. */
  readonly key: (item: I) => string;
  readonly maxItems: number;
  /** How many batches may run at the same time. */
  readonly maxBatches: number;
}

/**
 * Puts calls that arrive while other batches run into one batch. A single call never waits for others. Each caller gets its own
 * outcome. If a batch is refused for good, its items are tried again one by one, so that one bad item does not fail the others.
 */
export class Coalescer<I, O> {
  readonly #run: (items: readonly I[]) => Promise<readonly O[]>;
  readonly #options: CoalescerOptions<I>;
  #waiting: Waiting<I, O>[] = [];
  #underWay = 0;

  constructor(run: (items: readonly I[]) => Promise<readonly O[]>, options: CoalescerOptions<I>) {
    this.#run = run;
    this.#options = options;
  }

  /** Runs the item, alone or in a batch, and returns its outcome. Throws what `run` throws. */
  add(item: I): Promise<O> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#underWay >= this.#options.maxBatches || this.#waiting.length === 0) return;
    const batch = this.#takeBatch();
    this.#underWay++;
    void this.#runBatch(batch).finally(() => {
      this.#underWay--;
      this.#next();
    });
  }

  #takeBatch(): Waiting<I, O>[] {
    const { key, maxItems } = this.#options;
    const batch = new Map<string, Waiting<I, O>>();
    const left: Waiting<I, O>[] = [];
    for (const waiting of this.#waiting) {
      const itsKey = key(waiting.item);
      if (batch.size < maxItems && !batch.has(itsKey)) batch.set(itsKey, waiting);
      else left.push(waiting);
    }
    this.#waiting = left;
    return [...batch.values()];
  }

  async #runBatch(batch: readonly Waiting<I, O>[]): Promise<void> {
    try {
      const outcomes = await this.#run(batch.map(({ item }) => item));
      batch.forEach(({ resolve, reject }, at) => {
        const outcome = outcomes[at];
        if (outcome === undefined) reject(new TypeError('a batch must have one outcome for each of its items'));
        else resolve(outcome);
      });
    } catch (error) {
      if (batch.length > 1 && error instanceof RuntimeFault && !error.retryable) await this.#oneByOne(batch);
      else for (const { reject } of batch) reject(error);
    }
  }

  async #oneByOne(batch: readonly Waiting<I, O>[]): Promise<void> {
    for (const waiting of batch) await this.#runBatch([waiting]);
  }
}
