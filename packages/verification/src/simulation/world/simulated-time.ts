import type { Clock } from '@galaxy/manager-ports';
import type { Draws } from '../injection/draws.js';
import { EventQueue } from './event-queue.js';

/** The beginning of simulated time, in milliseconds since 1970 (UTC). */
export const START_OF_TIME_MS = Date.parse('2026-01-01T00:00:00Z');

/** Returns after every promise that can settle now has settled. */
export type Settle = () => Promise<void>;

/** Node runs a tick only after all promises that can settle have settled. */
export const settleByTick: Settle = () => new Promise((resolve) => process.nextTick(resolve));

/** As {@link settleByTick}, but with a turn of the event loop. That is slow, and reports unhandled rejections at once. */
export const settleByTurn: Settle = () => new Promise((resolve) => setImmediate(resolve));

/** Time that jumps from one event to the next. The seed decides the order of events of the same moment. */
export class SimulatedTime {
  readonly #queue = new EventQueue();
  readonly #draws: Draws;
  readonly #settle: Settle;
  #elapsedMs = 0;

  constructor(draws: Draws, settle: Settle) {
    this.#draws = draws;
    this.#settle = settle;
  }

  /** Milliseconds since the beginning. */
  get ms(): number {
    return this.#elapsedMs;
  }

  /** The same as wall-clock time. */
  get wallMs(): number {
    return START_OF_TIME_MS + this.#elapsedMs;
  }

  /** Calls `act` after so many milliseconds. Returns a function that cancels it. */
  after(ms: number, act: () => void): () => void {
    return this.#queue.add(this.#elapsedMs + Math.max(0, ms), this.#draws.next('order'), act);
  }

  /** Runs every event that is due within so many milliseconds, in order, until `isOver`. */
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

  /** A clock whose sleeps end through `run`, so that they do not wake a dead or frozen process. */
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
