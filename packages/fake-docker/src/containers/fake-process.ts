import type { EngineBehaviour } from './engine-behaviour.js';
import { EngineListener } from './engine-listener.js';
import { SIGINT, SIGKILL, SIGTERM } from './signals.js';

export interface ProcessSpec {
  readonly behaviour: EngineBehaviour;
  /** The address on which it listens; '' for none. */
  readonly address: string;
  /** Whether it runs under an init process. Without one it is pid 1, and a signal without a handler does not end pid 1. */
  readonly init: boolean;
  /** The folder in which it keeps its turn. */
  readonly stateDir: string | undefined;
  /** Milliseconds from SIGKILL to its end. Called at each SIGKILL. */
  readonly killMs: () => number;
  /** Called once, when it has ended. */
  readonly onExit: (code: number) => void;
}

/** The program of one running container. It is no real process, but timers and a listener. */
export class FakeProcess {
  /** Resolves when it has ended. */
  readonly exited: Promise<void>;
  /** Resolves when it listens, or at once when it boots slowly. */
  readonly started: Promise<void>;
  readonly engine = new EngineListener();
  readonly #spec: ProcessSpec;
  readonly #timers = new Set<NodeJS.Timeout>();
  #settleExited = () => {};
  #booted = false;
  #ended = false;
  #frozen = false;
  #pending: number[] = [];

  constructor(spec: ProcessSpec) {
    this.#spec = spec;
    this.exited = new Promise((resolve) => {
      this.#settleExited = resolve;
    });
    const { bootMs = 0, exits, missingProgram } = spec.behaviour;
    if (missingProgram !== undefined) this.#later(0, () => this.exit(127));
    if (exits !== undefined) this.#later(exits.afterMs, () => this.exit(exits.code));
    this.started = bootMs === 0 ? this.#boot() : Promise.resolve();
    if (bootMs > 0) this.#later(bootMs, () => void this.#boot());
  }

  /** Sends it a signal. The effect may come later. */
  signal(signal: number): void {
    if (signal === SIGKILL) this.#endAfter(this.#spec.killMs(), 128 + SIGKILL);
    else if (this.#frozen) this.#pending.push(signal);
    else if (this.#handles(signal)) this.#endByItself();
    // Without an init process it is pid 1: signals that it does not handle have no effect.
    else if (this.#spec.init) this.exit(128 + signal);
  }

  /** Freezes it, as the freezer of its control group does. */
  freeze(): void {
    this.#frozen = true;
    this.engine.freeze();
  }

  /** Lets it go on, and handles the signals that came meanwhile. */
  thaw(): void {
    this.#frozen = false;
    this.engine.thaw();
    for (const signal of this.#pending.splice(0)) this.signal(signal);
  }

  /** Ends it at once, unless it has ended already. */
  exit(code: number): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.engine.close();
    this.#spec.onExit(code);
    this.#settleExited();
  }

  async #boot(): Promise<void> {
    const { behaviour, address, stateDir } = this.#spec;
    this.#booted = true;
    const listens = behaviour.sleeps !== true && behaviour.exits === undefined && behaviour.missingProgram === undefined;
    if (listens && address !== '') await this.engine.open(address, behaviour, stateDir);
  }

  #handles(signal: number): boolean {
    return this.#booted && this.#spec.behaviour.sleeps !== true && (signal === SIGTERM || signal === SIGINT);
  }

  #endByItself(): void {
    const { ignoresSigterm = false, stopMs = 0 } = this.#spec.behaviour;
    if (!ignoresSigterm) this.#endAfter(stopMs, 0);
  }

  #endAfter(ms: number, code: number): void {
    if (ms <= 0) this.exit(code);
    else this.#later(ms, () => this.exit(code));
  }

  #later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }
}
