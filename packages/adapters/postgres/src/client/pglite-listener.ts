import { once } from 'node:events';
import type { ListenHandlers, PgListener } from './pg-listener.js';
import type { PgliteDatabase } from './pglite-executor.js';
import { PostgresFault } from './postgres-faults.js';

/** Listens on a PGlite instance. Its notifications come from this process only, and are never lost. */
export class PgliteListener implements PgListener {
  readonly #database: PgliteDatabase;

  constructor(database: PgliteDatabase) {
    this.#database = database;
  }

  async listen(channels: readonly string[], { connected, notified }: ListenHandlers, signal: AbortSignal): Promise<void> {
    const isOver = () => signal.aborted;
    if (isOver()) return;
    try {
      const listening = channels.map((channel) => this.#database.listen(channel, (payload) => notified(channel, payload)));
      const ends = await Promise.all(listening);
      connected();
      if (!isOver()) await once(signal, 'abort');
      await Promise.all(ends.map((end) => end()));
    } catch (error) {
      // The database may have been closed at the same moment.
      if (!isOver()) throw new PostgresFault('listen', error);
    }
  }
}
