import type { Readable } from 'node:stream';
import type { EventLimits } from '../client/docker-engine-options.js';

/**
 * Destroys a stream on which nothing arrives any more, because a connection that was lost in the network may show no end. Nothing
 * arriving proves nothing, so the daemon is pinged first. But after `reconnectAfterMs` the stream is destroyed in any case: a quiet
 * stream can't be distinguished from a lost one.
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

  /** Call it when something arrived. */
  heard(): void {
    this.#heardAt = performance.now();
    this.#timer.refresh();
  }

  /** Stops watching. */
  end(): void {
    clearTimeout(this.#timer);
  }

  async #check(): Promise<void> {
    const heardAt = this.#heardAt;
    const lost = performance.now() - heardAt >= this.#limits.reconnectAfterMs || !(await this.#answers());
    if (this.#stream.destroyed) return;
    if (lost && heardAt === this.#heardAt) this.#stream.destroy(new Error('nothing arrived for too long'));
    else this.#timer.refresh();
  }

  #answers(): Promise<boolean> {
    return this.#ping().then(
      () => true,
      () => false,
    );
  }
}
