import type { SimulatedTime } from './simulated-time.js';

/** A claim as a process was told of it. */
export interface KnownClaim {
  readonly opId: string;
  readonly attempt: number;
  readonly holder: string;
}

/**
 * One life of a process. Everything that reaches it, wakes or answers, passes through {@link run}: a dead process hears
 * nothing any more, a frozen one hears it all once it goes on, in any order.
 */
export class SimulatedProcess {
  readonly name: string;
  /** The last claim it was told of, per game. */
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

  /** Lets the process go on with something. */
  run(act: () => void): void {
    if (this.#isDead) return;
    if (this.#missed === null) act();
    else this.#missed.push(act);
  }

  /** Ends it between two of its steps: nothing is handed back, nobody is told. */
  kill(): void {
    this.#isDead = true;
  }

  /** Stops it for so long. */
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
