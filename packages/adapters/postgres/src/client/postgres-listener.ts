import { setTimeout as pause } from 'node:timers/promises';
import postgres from 'postgres';
import { withinDeadline } from './deadline.js';
import type { ListenHandlers, PgListener } from './pg-listener.js';
import { PostgresFault } from './postgres-faults.js';

export interface ListenerOptions {
  /** As in PostgresOptions. */
  readonly url: string;
  /** How long connecting, and each check of the connection, may take; default 3000 ms. */
  readonly deadlineMs?: number;
  /** How often the connection is checked; default 5000 ms. */
  readonly checkEveryMs?: number;
}

/**
 * Listens through postgres.js, on a connection of its own for each call. Not `sql.listen`: when a connection is lost and the next one
 * can't be opened at once, that never listens again and says nothing. A connection that is dead without having been closed is noticed
 * by a statement every few seconds.
 */
export class PostgresListener implements PgListener {
  readonly #options: ListenerOptions;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  async listen(channels: readonly string[], handlers: ListenHandlers, signal: AbortSignal): Promise<void> {
    const { deadlineMs = 3000, checkEveryMs = 5000 } = this.#options;
    // Not AbortSignal.any: it leaves an entry in the long-lived signal for every call (nodejs/node#54614).
    const ended = new AbortController();
    const end = () => ended.abort();
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    const client = this.#connect(handlers, end);
    const ask = (text: string) => withinDeadline(client.unsafe(text).simple(), deadlineMs, ended.signal);
    try {
      await ask(channels.map((channel) => `listen ${channel}`).join('; '));
      handlers.connected();
      for (;;) {
        await pause(checkEveryMs, undefined, { signal: ended.signal });
        await ask('select 1');
      }
    } catch (error) {
      if (!signal.aborted) throw new PostgresFault('listen', ended.signal.aborted ? new ConnectionLost() : error);
    } finally {
      signal.removeEventListener('abort', end);
      void client.end({ timeout: 0 }).catch(() => undefined);
    }
  }

  #connect({ notified }: ListenHandlers, onclose: () => void): postgres.Sql {
    return postgres(this.#options.url, {
      max: 1,
      // postgres.js passes it on, but its types do not know it.
      ...{ onnotify: notified },
      onclose,
      connect_timeout: 3,
      keep_alive: 10,
      max_lifetime: null,
      fetch_types: false,
      onnotice: () => undefined,
      connection: { application_name: 'galaxy-rtmanager-listener' },
    });
  }
}

class ConnectionLost extends Error {
  readonly code = 'CONNECTION_CLOSED';
}
