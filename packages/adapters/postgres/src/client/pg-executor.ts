import type { Row } from '../sql/row.js';
import type { Query } from '../sql/statement.js';

/**
 * Runs statements on a PostgreSQL database. Both executors return the same types: times as Date, numbers as number, booleans as
 * boolean. Statements select bigint and json as text, because the drivers return different types for them.
 */
export interface PgExecutor {
  /**
   * Runs one statement, which is one transaction. Ends within the executor's deadline.
   * @throws DependencyFault when the server does not answer or refuses; `effect` says whether the statement may have been carried out.
   */
  query(query: Query): Promise<readonly Row[]>;

  /**
   * Returns when the server answers.
   * @throws DependencyFault when it does not.
   */
  ping(): Promise<void>;

  /** Closes all connections. Running statements get one second to end. No call may follow. */
  close(): Promise<void>;
}
