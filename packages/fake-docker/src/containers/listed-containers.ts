import { draw } from '../draw.js';
import type { FakeContainer } from './fake-container.js';

/** An injection into the lists after a restart of the daemon. */
export interface ListInjection {
  /** `stale`: lists show the containers as they were when the daemon ended. `missing`: a part of them, drawn by the seed, is missing. */
  readonly kind: 'stale' | 'missing';
  /** How long it lasts from the restart on, in milliseconds. */
  readonly forMs: number;
  /** The share that is missing, from 0 to 1; default one half. */
  readonly share?: number;
}

/** The containers that a list shows: all of them, unless an injection says otherwise. */
export class ListedContainers {
  readonly #seed: number;
  readonly #now: () => number;
  #atEnd: readonly FakeContainer[] = [];
  #restartedAt = Number.NEGATIVE_INFINITY;

  constructor(seed: number, now: () => number = () => performance.now()) {
    this.#seed = seed;
    this.#now = now;
  }

  /** Called when the daemon ends. */
  ended(containers: readonly FakeContainer[]): void {
    this.#atEnd = containers.map((container) => ({ ...container }));
  }

  /** Called when the daemon is running again. */
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
