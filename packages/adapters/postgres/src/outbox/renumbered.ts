import type { PgExecutor } from '../client/pg-executor.js';
import { PostgresFault } from '../client/postgres-faults.js';
import type { Row } from '../sql/row.js';
import type { Query } from '../sql/statement.js';

const MAX_TRIES = 10;

/**
 * Runs a statement that numbers messages of the outbox. It looks at the last number of a lane as it was when the
 * statement began: one that waited for another of the same lane gives a number twice, is refused whole, and finds the
 * right one the next time. Of those that meet one passes each time.
 */
export async function renumbered(executor: PgExecutor, query: Query): Promise<readonly Row[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await executor.query(query);
    } catch (error) {
      if (tries === MAX_TRIES || !isTaken(error)) throw error;
    }
  }
}

const isTaken = (error: unknown) => error instanceof PostgresFault && error.constraint === 'runtime_outbox_lane_key';
