import type { Clock } from '@galaxy/manager-ports';
import type { Draws } from '../injection/draws.js';
import { EventQueue } from './event-queue.js';

/** When simulated time begins, in milliseconds since 1970 (UTC). */
export const START_OF_TIME_MS = Date.parse('2026-01-01T00:00:00Z');

/** Lets everything go on that can go on now. */
export type Settle = () => Promise<void>;

/** Ticks come after all promises that can go on have gone on. */
export const settleByTick: Settle = () => new Promise((resolve) => process.nextTick(resolve));

/** As {@link settleByTick}, with a turn of the event loop, which is slow and brings unhandled rejections to light at once. */
export const settleByTurn: Settle = () => new Promise((resolve) => setImmediate(resolve));

/** Time that moves from one event to the next. What falls on the same moment comes in an order of the seed's. */
export class SimulatedTime {
  readonly #queue = new EventQueue();
  readonly #draws: Draws;
  readonly #settle: Settle;
  #elapsedMs = 0;

  constructor(draws: Draws, settle: Settle) {
    this.#draws = draws;
    this.#settle = settle;
  }

  /** Milliseconds since it began. */
  get ms(): number {
    return this.#elapsedMs;
  }

  /** The same as a wall clock tells it. */
  get wallMs(): number {
    return START_OF_TIME_MS + this.#elapsedMs;
  }

  /** Something that happens so many milliseconds from now; returns what calls it off. */
  after(ms: number, act: () => void): () => void {
    return this.#queue.add(this.#elapsedMs + Math.max(0, ms), this.#draws.next('order'), act);
  }

  /** Lets everything happen that is due within so many milliseconds, or until `isOver`. */
  async pass(ms: number, isOver: () => boolean): Promise<void> {
    const end = this.#elapsedMs + ms;
    await this.#settle();
    for (let next = this.#queue.takeUntil(end); next !== null && !isOver(); next = this.#queue.takeUntil(end)) {
      this.#elapsedMs = next.atMs;
      next.act();
      await this.#settle();
    }
    this.#elapsedMs = Math.max(this.#elapsedMs, end);
  }

  /** The clock of whoever goes on by `run`: those who are dead or frozen are not woken. */
  clockFor(run: (act: () => void) => void): Clock {
    return {
      now: () => new Date(this.wallMs),
      monotonicMs: () => this.#elapsedMs,
      sleep: (ms, signal) => {
        if (ms <= 0 || signal?.aborted === true) return Promise.resolve();
        return new Promise((resolve) => {
          const wake = (): void => {
            callOff();
            signal?.removeEventListener('abort', wake);
            resolve();
          };
          const callOff = this.after(ms, () => run(wake));
          signal?.addEventListener('abort', wake);
        });
      },
    };
  }
}
