/**
 * Everything random in one history, the same for the same seed. Every name has its own sequence, so one draw more or less under a
 * name does not change the draws of other names. A plan that is made smaller therefore leads to a similar history.
 */
export class Draws {
  readonly #seed: number;
  readonly #states = new Map<string, number>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** The next number of this name, from 0 to below 1. */
  next(name: string): number {
    const state = ((this.#states.get(name) ?? hashOf(name, this.#seed)) + 0x6d2b79f5) | 0;
    this.#states.set(name, state);
    return mixed(state);
  }

  /** The next of this name as a whole number, from 0 to below `end`. */
  below(name: string, end: number): number {
    return Math.floor(this.next(name) * end);
  }

  /** True with this probability. */
  chance(name: string, probability: number): boolean {
    return this.next(name) < probability;
  }
}

/** The FNV-1a hash of a text, with its high bits mixed into the low ones. */
export function hashOf(text: string, seed = 0): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash ^ (hash >>> 15);
}

// mulberry32
function mixed(state: number): number {
  let bits = Math.imul(state ^ (state >>> 15), state | 1);
  bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
  return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
}
