import type { Row } from '../sql/row.js';
import type { Query } from '../sql/statement.js';
import type { PgExecutor } from './pg-executor.js';
import { PostgresFault } from './postgres-faults.js';

/** The part of a PGlite instance that is used. The caller provides the library and opens the database. */
export interface PgliteDatabase {
  query(text: string, params?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
  exec(text: string): Promise<readonly { readonly rows: readonly Record<string, unknown>[] }[]>;
  /** Returns a function that ends it. */
  listen(channel: string, callback: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/**
 * Runs statements on PGlite, a PostgreSQL within the process (https://pglite.dev), for the embedded mode. It is one session, so
 * statements run one after the other. There is no deadline, because there is no network that could fail to answer.
 */
export class PgliteExecutor implements PgExecutor {
  readonly #database: PgliteDatabase;

  constructor(database: PgliteDatabase) {
    this.#database = database;
  }

  async query({ name, text, params }: Query): Promise<readonly Row[]> {
    try {
      const { rows } = await this.#database.query(text, [...params]);
      return rows as Row[];
    } catch (error) {
      throw new PostgresFault(name, error);
    }
  }

  async ping(): Promise<void> {
    await this.query({ name: 'ping', text: 'select 1', params: [] });
  }

  async close(): Promise<void> {
    await this.#database.close();
  }
}
