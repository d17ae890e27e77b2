import postgres from 'postgres';
import type { Row } from '../sql/row.js';
import type { Query } from '../sql/statement.js';
import { withinDeadline } from './deadline.js';
import type { PgExecutor } from './pg-executor.js';
import { PostgresFault, sqlstate } from './postgres-faults.js';

/** How to reach the server. */
export interface PostgresOptions {
  /** `postgres://user:password@host:port/database?sslmode=…` */
  readonly url: string;
  /** Connections kept at most; 10 when not given. */
  readonly maxConnections?: number;
  /** How long a statement may take, waiting for a connection included; 10 000 ms when not given. */
  readonly deadlineMs?: number;
  /** What the server's own views call this process. */
  readonly applicationName?: string;
  /** False behind a pooler that can't keep prepared statements. True when not given. */
  readonly prepare?: boolean;
}

// A server that turned read-only after a failover, and a connection slot that can't connect any more.
const NEEDS_A_NEW_CLIENT: readonly (string | null)[] = ['DEADLINE_EXCEEDED', 'CONNECT_TIMEOUT', '25006'];
const CLOSE_SECONDS = 1;

/**
 * Runs statements through postgres.js. It never opens a transaction: there a lost connection was seen to end the
 * process, or to commit what asked to roll back (https://github.com/porsager/postgres/issues/1133, /1216).
 *
 * postgres.js waits for ever on a server that went silent (https://github.com/porsager/postgres/issues/1089). So every
 * statement has our own deadline, and when it is over the whole client is replaced: statements under way on the old one
 * are rejected with `effect: 'unknown'`. They get a second to end when it was only a new connection that did not come about
 * in time, as it happens to a process that was frozen: the connections that there are may be sound.
 */
export class PostgresExecutor implements PgExecutor {
  readonly #options: PostgresOptions;
  readonly #deadlineMs: number;
  #client: postgres.Sql;
  #closed = false;

  constructor(options: PostgresOptions) {
    this.#options = options;
    this.#deadlineMs = options.deadlineMs ?? 10_000;
    this.#client = this.#connect();
  }

  async query({ name, text, params }: Query): Promise<readonly Row[]> {
    const client = this.#client;
    try {
      const prepare = this.#options.prepare ?? true;
      return await withinDeadline(client.unsafe<Record<string, unknown>[]>(text, [...params], { prepare }), this.#deadlineMs);
    } catch (error) {
      const code = sqlstate(error);
      if (NEEDS_A_NEW_CLIENT.includes(code)) this.#replace(client, code === 'CONNECT_TIMEOUT' ? CLOSE_SECONDS : 0);
      throw new PostgresFault(name, error);
    }
  }

  async ping(): Promise<void> {
    await this.query({ name: 'ping', text: 'select 1', params: [] });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client.end({ timeout: CLOSE_SECONDS });
  }

  #replace(client: postgres.Sql, afterSeconds: number): void {
    // Of many statements that fail together, the first one has replaced the client already.
    if (this.#closed || this.#client !== client) return;
    this.#client = this.#connect();
    // Not its own way of waiting: with that, what waits for a connection would wait for ever.
    setTimeout(() => void client.end({ timeout: 0 }).catch(() => undefined), afterSeconds * 1000);
  }

  #connect(): postgres.Sql {
    return postgres(this.#options.url, {
      max: this.#options.maxConnections ?? 10,
      // One statement per connection at a time: behind one that waits for a lock, others would wait too.
      ...{ max_pipeline: 0 },
      connect_timeout: 3,
      // Closes connections that the old client may open after it was replaced.
      idle_timeout: 60,
      keep_alive: 10,
      backoff: (attempt) => Math.min(0.05 * 2 ** attempt, 1),
      fetch_types: false,
      onnotice: () => undefined,
      connection: {
        application_name: this.#options.applicationName ?? 'galaxy-rtmanager',
        TimeZone: 'UTC',
        // Compiling a plan takes longer than any statement here runs.
        jit: 'off',
        statement_timeout: Math.round(this.#deadlineMs * 0.8),
        lock_timeout: Math.round(this.#deadlineMs * 0.3),
      },
    });
  }
}
