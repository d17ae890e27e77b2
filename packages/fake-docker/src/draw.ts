/**
 * A number from 0 up to 1 that depends on its arguments alone: what befalls the third stop of a game under a seed is the
 * same in every run, however calls of different games interleave.
 */
export function draw(seed: number, ...parts: readonly (string | number)[]): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (const code of Buffer.from(parts.join('/'))) hash = Math.imul(hash ^ code, 0x01000193) >>> 0;
  // FNV-1a leaves the high bits of short texts alike; this spreads them (the finalizer of MurmurHash3).
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Counts how often each key was drawn for. */
export class Turns {
  readonly #count = new Map<string, number>();

  /** How often the key was asked for before. */
  next(key: string): number {
    const turn = this.#count.get(key) ?? 0;
    this.#count.set(key, turn + 1);
    return turn;
  }
}
