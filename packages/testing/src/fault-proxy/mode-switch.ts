import type { FaultMode } from './fault-mode.js';
import { pass } from './fault-mode.js';

/** The present mode of a proxy, for all its connections. */
export class ModeSwitch {
  #mode: FaultMode = pass;
  #changes = 0;
  #waiting: (() => void)[] = [];

  get mode(): FaultMode {
    return this.#mode;
  }

  /** How often the mode was set. So a connection knows whether a `cut_reply` is a new one. */
  get changes(): number {
    return this.#changes;
  }

  /** Sets the mode and wakes everything that waits for a change. */
  set(mode: FaultMode): void {
    this.#mode = mode;
    this.#changes += 1;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** Resolves once the mode is set again. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
