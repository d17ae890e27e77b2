import type { Readable } from 'node:stream';
import type { EventLimits } from '../docker-engine-options.js';

/**
 * Destroys a stream on which nothing comes any more: a connection that was lost on the way shows no end. Silence alone proves
 * nothing, so the daemon is asked first; but in the end a stream that is only quiet is not told from a lost one, and goes too.
 */
export class StreamWatchdog {
  readonly #stream: Readable;
  readonly #ping: () => Promise<void>;
  readonly #limits: EventLimits;
  readonly #timer: NodeJS.Timeout;
  #heardAt = performance.now();

  /** @param ping returns when the daemon answers over another connection, and throws when it does not. */
  constructor(stream: Readable, ping: () => Promise<void>, limits: EventLimits) {
    this.#stream = stream;
    this.#ping = ping;
    this.#limits = limits;
    this.#timer = setTimeout(() => void this.#check(), limits.pingAfterMs);
  }

  /** Something came. */
  heard(): void {
    this.#heardAt = performance.now();
    this.#timer.refresh();
  }

  /** Guards no longer. */
  end(): void {
    clearTimeout(this.#timer);
  }

  async #check(): Promise<void> {
    const heardAt = this.#heardAt;
    const lost = performance.now() - heardAt >= this.#limits.reconnectAfterMs || !(await this.#answers());
    if (this.#stream.destroyed) return;
    if (lost && heardAt === this.#heardAt) this.#stream.destroy(new Error('nothing came for a while'));
    else this.#timer.refresh();
  }

  #answers(): Promise<boolean> {
    return this.#ping().then(
      () => true,
      () => false,
    );
  }
}
