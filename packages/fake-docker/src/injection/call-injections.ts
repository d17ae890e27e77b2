import type { Endpoint } from '../api/endpoints.js';
import { draw, Turns } from '../draw.js';

/** An injection into one call. */
export type CallInjection =
  /** The call is carried out and answered `ms` later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** It is carried out, and the connection is reset without an answer. */
  | { readonly kind: 'lose_reply' }
  /** It is carried out, and the connection is reset in the middle of the answer. */
  | { readonly kind: 'cut_reply' }
  /** It is carried out, and answered with 500. */
  | { readonly kind: 'fail_after'; readonly message?: string }
  /** It is not carried out, and answered with this status. */
  | { readonly kind: 'refuse'; readonly status: number; readonly message: string }
  /** The connection is reset at once. The call is carried out `ms` later, if the daemon still runs then. */
  | { readonly kind: 'late'; readonly ms: number }
  /** The connection is reset, and it is not carried out. */
  | { readonly kind: 'reset' }
  /** It is never carried out and never answered. */
  | { readonly kind: 'hang' };

/** An injection, and the calls that it is made into. A condition that is left out is true for all calls. */
export interface CallInjectionRule {
  readonly injection: CallInjection;
  readonly endpoint?: Endpoint | readonly Endpoint[];
  /** The game whose container the call is about. */
  readonly gameId?: string;
  /** The container, image or network, in the words of the call. */
  readonly target?: string;
  /** How many of these calls are not changed first; default 0. */
  readonly skip?: number;
  /** How many calls get the injection at most; default all. */
  readonly times?: number;
  /** The share of calls that get it, from 0 to 1; default 1. Drawn by the seed, see {@link draw}. */
  readonly probability?: number;
}

/** A rule in force. */
export interface CallInjectionHandle {
  /** How many calls it has changed. */
  readonly hits: number;
  /** Removes the rule. */
  remove(): void;
}

/** The part of a call that rules look at. */
export interface CallContext {
  readonly endpoint: Endpoint;
  readonly target: string;
  readonly gameId: string | null;
}

/** All rules that are in force. */
export class CallInjections {
  readonly #seed: number;
  readonly #turns = new Turns();
  #rules: Rule[] = [];
  #added = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Adds a rule. If several match a call, the oldest one is used. */
  add(rule: CallInjectionRule): CallInjectionHandle {
    this.#added += 1;
    const added = new Rule(rule, this.#added, () => {
      this.#rules = this.#rules.filter((other) => other !== added);
    });
    this.#rules.push(added);
    return added;
  }

  /** Removes all rules. */
  clear(): void {
    this.#rules = [];
  }

  /** The injection into this call; null for none. Must be called once for each call, because rules count calls. */
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
