import type { SimulatedTime } from '../world/simulated-time.js';

/** An injection that really happened, if it can explain a result, or a loss that is reported twice. */
export type FactKind =
  | 'container died'
  | 'container vanished'
  | 'name taken'
  | 'record forgotten'
  | 'engine injection'
  | 'health injection'
  | 'process injection'
  | 'refusal'
  | 'unclear correction';

interface Fact {
  readonly what: FactKind;
  readonly about: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** What happened in one history, for the checks. */
export class Facts {
  readonly #time: SimulatedTime;
  readonly #facts: Fact[] = [];

  constructor(time: SimulatedTime) {
    this.#time = time;
  }

  /** Notes something about a container, a game, or nothing in particular, and how long it lasts from now. */
  add(what: FactKind, about = '', ms = 0): void {
    const fromMs = this.#time.ms;
    this.#facts.push({ what, about, fromMs, untilMs: fromMs + ms });
  }

  /** How often it had happened at a moment. */
  by(what: FactKind, about: string, atMs: number): number {
    return this.#facts.filter((fact) => fact.what === what && fact.about === about && fact.fromMs <= atMs).length;
  }

  /** How often it began or still lasted between two moments. */
  between(what: FactKind, fromMs: number, untilMs: number): number {
    return this.#facts.filter((fact) => fact.what === what && fact.fromMs <= untilMs && fact.untilMs >= fromMs).length;
  }
}
