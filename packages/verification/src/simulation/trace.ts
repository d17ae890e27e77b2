import { hashOf } from './injection/draws.js';

const KEPT = 400;

/** What happened, line by line. It keeps a hash over all lines, and the last lines. */
export class Trace {
  #kept: string[] = [];
  #lines = 0;
  #hash = 0;
  #other = 0x9e3779b9;

  line(atMs: number, text: string): void {
    const line = `${String(atMs).padStart(7)} ${text}`;
    this.#hash = hashOf(line, this.#hash);
    this.#other = hashOf(line, Math.imul(this.#other, 31) + this.#hash);
    this.#lines += 1;
    this.#kept.push(line);
    if (this.#kept.length > 2 * KEPT) this.#kept = this.#kept.slice(-KEPT);
  }

  /** Of every line so far. */
  get hash(): string {
    return `${String(this.#lines)}:${(this.#hash >>> 0).toString(16)}:${(this.#other >>> 0).toString(16)}`;
  }

  /** The last `count` lines, but at most 400. */
  last(count: number): readonly string[] {
    return this.#kept.slice(-Math.min(count, KEPT));
  }
}
