import postgres from 'postgres';
import type { Row } from '../sql/row.js';
import type { Query } from '../sql/statement.js';
import { withinDeadline } from './deadline.js';
import type { PgExecutor } from './pg-executor.js';
import { PostgresFault, sqlstate } from './postgres-faults.js';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database?sslmode=…` */
  readonly url: string;
  /** At most this many connections; default 10. */
  readonly maxConnections?: number;
  /** How long a statement may take, waiting for a connection included; default 10 000 ms. */
  readonly deadlineMs?: number;
  /** The name of this process in the server's views, such as pg_stat_activity. */
  readonly applicationName?: string;
  /** Set it to false behind a pooler that can't keep prepared statements; default true. */
  readonly prepare?: boolean;
}

// No answer in time, no new connection in time, and 25006: a server that became read-only after a failover.
const NEEDS_A_NEW_CLIENT: readonly (string | null)[] = ['DEADLINE_EXCEEDED', 'CONNECT_TIMEOUT', '25006'];
const CLOSE_SECONDS = 1;

/**
 * Runs statements through postgres.js. It never opens a transaction: inside one, a lost connection was seen to end the process, or
 * to commit what should have been rolled back (https://github.com/porsager/postgres/issues/1133, /1216).
 *
 * postgres.js waits for ever when the server stops answering (https://github.com/porsager/postgres/issues/1089). So every statement
 * has our own deadline. When it is over, the whole client is replaced: statements that still run on the old one are rejected with
 * `effect: 'unknown'`. If only a new connection could not be opened in time, as can happen after a process was frozen, the other
 * connections may be fine: then running statements get one second to end.
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
    // When many statements fail together, the first one replaces the client, and the others must not replace the new one.
    if (this.#closed || this.#client !== client) return;
    this.#client = this.#connect();
    // Not `end({ timeout: afterSeconds })`: with that, statements that wait for a connection would wait for ever.
    setTimeout(() => void client.end({ timeout: 0 }).catch(() => undefined), afterSeconds * 1000);
  }

  #connect(): postgres.Sql {
    return postgres(this.#options.url, {
      max: this.#options.maxConnections ?? 10,
      // One statement per connection at a time: otherwise a statement that waits for a lock would delay those behind it.
      ...{ max_pipeline: 0 },
      connect_timeout: 3,
      // Closes connections that an old client may still open after it was replaced.
      idle_timeout: 60,
      keep_alive: 10,
      backoff: (attempt) => Math.min(0.05 * 2 ** attempt, 1),
      fetch_types: false,
      onnotice: () => undefined,
      connection: {
        application_name: this.#options.applicationName ?? 'galaxy-rtmanager',
        TimeZone: 'UTC',
        // Our statements are written for this level. Under a stricter default of the database or the role, two that meet in a row
        // would fail instead of going on with what the other one wrote.
        default_transaction_isolation: 'read committed',
        // Compiling a plan would take longer than any of our statements.
        jit: 'off',
        // One plan per statement, whatever its values: with a long history, some were planned anew by every call, in more time than
        // they took to run. A test holds these plans to what they may read.
        plan_cache_mode: 'force_generic_plan',
        statement_timeout: Math.round(this.#deadlineMs * 0.8),
        lock_timeout: Math.round(this.#deadlineMs * 0.3),
      },
    });
  }
}
