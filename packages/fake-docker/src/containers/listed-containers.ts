import { draw } from '../draw.js';
import type { FakeContainer } from './fake-container.js';

/** What is wrong with lists right after a restart. */
export interface ListInjection {
  /** `stale`: as things were when the daemon went. `missing`: a part of the containers, drawn by the seed, is not there. */
  readonly kind: 'stale' | 'missing';
  /** Milliseconds from the restart on. */
  readonly forMs: number;
  /** The share that is missing, from 0 to 1; default one half. */
  readonly share?: number;
}

/** What a list is made of: the containers, as they are but for the fault that it is set to. */
export class ListedContainers {
  readonly #seed: number;
  readonly #now: () => number;
  #atEnd: readonly FakeContainer[] = [];
  #restartedAt = Number.NEGATIVE_INFINITY;

  constructor(seed: number, now: () => number = () => performance.now()) {
    this.#seed = seed;
    this.#now = now;
  }

  /** The daemon goes. */
  ended(containers: readonly FakeContainer[]): void {
    this.#atEnd = containers.map((container) => ({ ...container }));
  }

  /** The daemon is back. */
  restarted(): void {
    this.#restartedAt = this.#now();
  }

  /** The containers that a list shows now. */
  shown(containers: readonly FakeContainer[], injection: ListInjection | null): readonly FakeContainer[] {
    if (injection === null || this.#now() - this.#restartedAt >= injection.forMs) return containers;
    if (injection.kind === 'stale') return this.#atEnd;
    return containers.filter(({ id }) => draw(this.#seed, 'list', id) >= (injection.share ?? 0.5));
  }
}
