/**
 * A number from 0 to below 1 that depends only on its arguments. So the injection into the third stop of a game is the same in every
 * run with the same seed, in whatever order the calls of different games come.
 */
export function draw(seed: number, ...parts: readonly (string | number)[]): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (const code of Buffer.from(parts.join('/'))) hash = Math.imul(hash ^ code, 0x01000193) >>> 0;
  // The high bits of FNV-1a are similar for short texts. The finalizer of MurmurHash3 spreads them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Counts how often each key was used. */
export class Turns {
  readonly #count = new Map<string, number>();

  /** How often the key was used before. */
  next(key: string): number {
    const turn = this.#count.get(key) ?? 0;
    this.#count.set(key, turn + 1);
    return turn;
  }
}
