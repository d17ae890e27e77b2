import type { Endpoint } from '../api/endpoints.js';
import { draw, Turns } from '../draw.js';

/** What befalls one call. */
export type CallInjection =
  /** It is carried out so much later, and answered then. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** It is carried out, and the connection is reset without an answer. */
  | { readonly kind: 'lose_reply' }
  /** It is carried out, and the connection is reset in the middle of the answer. */
  | { readonly kind: 'cut_reply' }
  /** It is carried out, and answered with 500. */
  | { readonly kind: 'fail_after'; readonly message?: string }
  /** It is not carried out, and answered with this status. */
  | { readonly kind: 'refuse'; readonly status: number; readonly message: string }
  /** The connection is reset at once, and it is carried out so much later, if the daemon still runs then. */
  | { readonly kind: 'late'; readonly ms: number }
  /** The connection is reset, and it is not carried out. */
  | { readonly kind: 'reset' }
  /** It is neither carried out nor answered, ever. */
  | { readonly kind: 'hang' };

/** Which calls a fault befalls; each condition that is left out holds for all. */
export interface CallInjectionRule {
  readonly injection: CallInjection;
  readonly endpoint?: Endpoint | readonly Endpoint[];
  /** The game whose container the call is about. */
  readonly gameId?: string;
  /** The container, image or network as the call names it. */
  readonly target?: string;
  /** How many of these calls are let pass first; default 0. */
  readonly skip?: number;
  /** How many it befalls at most. */
  readonly times?: number;
  /** The share of calls that it befalls, from 0 to 1; default 1. Drawn by the seed, see {@link draw}. */
  readonly probability?: number;
}

/** A rule in force. */
export interface CallInjectionHandle {
  /** How many calls it has befallen. */
  readonly hits: number;
  /** Takes the rule away. */
  remove(): void;
}

/** What is known of a call before it is carried out. */
export interface CallContext {
  readonly endpoint: Endpoint;
  readonly target: string;
  readonly gameId: string | null;
}

/** The rules by which faults befall calls. */
export class CallInjections {
  readonly #seed: number;
  readonly #turns = new Turns();
  #rules: Rule[] = [];
  #added = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Puts a rule in force. Of several that fit a call, the oldest befalls it. */
  add(rule: CallInjectionRule): CallInjectionHandle {
    this.#added += 1;
    const added = new Rule(rule, this.#added, () => {
      this.#rules = this.#rules.filter((other) => other !== added);
    });
    this.#rules.push(added);
    return added;
  }

  /** Takes all rules away. */
  clear(): void {
    this.#rules = [];
  }

  /** What befalls this call; null for nothing. Each call is to be asked for once. */
  injectionFor(call: CallContext): CallInjection | null {
    if (this.#rules.length === 0) return null;
    const key = `${call.endpoint}/${call.gameId ?? call.target}`;
    const turn = this.#turns.next(key);
    const rule = this.#rules.find((candidate) => candidate.takes(call, () => draw(this.#seed, candidate.serial, key, turn)));
    return rule?.injection ?? null;
  }
}

class Rule implements CallInjectionHandle {
  hits = 0;
  readonly serial: number;
  readonly remove: () => void;
  readonly #rule: CallInjectionRule;
  #seen = 0;

  constructor(rule: CallInjectionRule, serial: number, remove: () => void) {
    this.#rule = rule;
    this.serial = serial;
    this.remove = remove;
  }

  get injection(): CallInjection {
    return this.#rule.injection;
  }

  takes(call: CallContext, chance: () => number): boolean {
    const { skip = 0, times = Number.POSITIVE_INFINITY, probability = 1 } = this.#rule;
    if (!this.#isAbout(call)) return false;
    this.#seen += 1;
    if (this.#seen <= skip || this.hits >= times || chance() >= probability) return false;
    this.hits += 1;
    return true;
  }

  #isAbout({ endpoint, target, gameId }: CallContext): boolean {
    const { endpoint: endpoints = endpoint, target: itsTarget = target, gameId: itsGame = gameId } = this.#rule;
    return [endpoints].flat().includes(endpoint) && itsTarget === target && itsGame === gameId;
  }
}
