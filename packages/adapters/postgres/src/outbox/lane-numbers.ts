import { type SQL, sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { PostgresFault } from '../client/postgres-faults.js';
import { runtimeOutbox } from '../schema/schema.js';
import type { Row } from '../sql/row.js';
import type { Query } from '../sql/statement.js';

const MAX_TRIES = 10;

/** The last number of a lane as it was when the statement began; 0 when the lane is empty. */
export function lastNumber(kind: SQL, lane: SQL): SQL {
  const { number } = runtimeOutbox;
  return sql`coalesce((select max(${number}) from ${runtimeOutbox} where ${runtimeOutbox.kind} = ${kind} and ${runtimeOutbox.lane} = ${lane}), 0)`;
}

/**
 * Runs a statement that numbers messages by {@link lastNumber}, and runs it again when a number was taken meanwhile. A
 * statement that waited for another of the same lane gives a number twice and is refused whole; the next time it sees the
 * right one. Of the statements that meet in a lane, one succeeds each time.
 */
export async function retryTakenNumbers(executor: PgExecutor, query: Query): Promise<readonly Row[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await executor.query(query);
    } catch (error) {
      if (tries === MAX_TRIES || !isTaken(error)) throw error;
    }
  }
}

const isTaken = (error: unknown) => error instanceof PostgresFault && error.constraint === 'runtime_outbox_lane_key';
