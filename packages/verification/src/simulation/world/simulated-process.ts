import type { SimulatedTime } from './simulated-time.js';

/** A claim that a process has received. */
export interface KnownClaim {
  readonly opId: string;
  readonly attempt: number;
  readonly holder: string;
}

/**
 * One process, from its start to its end. Every timer and every answer reaches it through {@link run}. A dead process gets nothing
 * any more. A frozen one gets everything once it goes on, in any order.
 */
export class SimulatedProcess {
  readonly name: string;
  /** The last claim that it received, per game. */
  readonly claims = new Map<string, KnownClaim>();
  readonly #time: SimulatedTime;
  #isDead = false;
  #missed: (() => void)[] | null = null;

  constructor(name: string, time: SimulatedTime) {
    this.name = name;
    this.#time = time;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  get isFrozen(): boolean {
    return this.#missed !== null;
  }

  /** Runs something in the process: now, later when it is frozen, never when it is dead. */
  run(act: () => void): void {
    if (this.#isDead) return;
    if (this.#missed === null) act();
    else this.#missed.push(act);
  }

  /** Ends it between two of its steps. It releases nothing. */
  kill(): void {
    this.#isDead = true;
  }

  /** Freezes it for so many milliseconds. */
  freeze(ms: number): void {
    if (this.#isDead || this.#missed !== null) return;
    this.#missed = [];
    this.#time.after(ms, () => this.#goOn());
  }

  #goOn(): void {
    const missed = this.#missed ?? [];
    this.#missed = null;
    for (const act of missed) this.#time.after(0, () => this.run(act));
  }
}
