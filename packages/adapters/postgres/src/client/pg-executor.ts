import type { Row } from '../sql/row.js';
import type { Query } from '../sql/statement.js';

/**
 * Runs statements on a PostgreSQL database. Both executors answer alike: times as Date, numbers as number, booleans as
 * boolean; statements select bigint and json as text, on which the drivers would disagree.
 */
export interface PgExecutor {
  /**
   * Runs one statement, which is one transaction. Ends within the executor's deadline.
   * @throws DependencyFault when the server does not answer or refuses; `effect` tells whether the statement may have
   * been carried out.
   */
  query(query: Query): Promise<readonly Row[]>;

  /**
   * Returns when the server answers.
   * @throws DependencyFault when it does not.
   */
  ping(): Promise<void>;

  /** Gives the connections up: statements under way get a second to end. No call may follow. */
  close(): Promise<void>;
}
