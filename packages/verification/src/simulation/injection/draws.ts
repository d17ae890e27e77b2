/**
 * Everything random of one history, the same for the same seed. Every name has a sequence of its own, so that a draw
 * more or less under one leaves the others as they were: a plan that is made smaller stays like itself.
 */
export class Draws {
  readonly #seed: number;
  readonly #states = new Map<string, number>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** The next number of that name: from 0 up to, not including, 1. */
  next(name: string): number {
    const state = ((this.#states.get(name) ?? hashOf(name, this.#seed)) + 0x6d2b79f5) | 0;
    this.#states.set(name, state);
    return mixed(state);
  }

  /** The next of that name as a whole number from 0 up to, not including, `end`. */
  below(name: string, end: number): number {
    return Math.floor(this.next(name) * end);
  }

  /** Whether something of that probability happens. */
  chance(name: string, probability: number): boolean {
    return this.next(name) < probability;
  }
}

/** A number that stands for a text. */
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
