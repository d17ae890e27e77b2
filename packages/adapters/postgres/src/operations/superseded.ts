import { type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { operationLog } from '../schema/schema.js';

const stop = alias(operationLog, 'stop');

/**
 * Whether a later stop of the game is queued behind the start in row `row` (with `game_id`, `op` and `ord`). An entry of
 * the stop stream that could not be decoded asks for nothing, so it stops nothing.
 */
export function superseded(row: string): SQL {
  const start = sql.identifier(row);
  // In a CASE, so that the planner can't take the index over the whole queue of stops for the game's own.
  return sql`(${start}.op = 'start' and exists (select from ${operationLog} ${stop} where ${stop.gameId} = ${start}.game_id
    and ${stop.status} = 'queued' and ${stop.ord} > ${start}.ord and case when ${stop.op} = 'stop' then ${stop.valid} else false end))`;
}
