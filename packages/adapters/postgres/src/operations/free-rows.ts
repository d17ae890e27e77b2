import { type SQL, sql } from 'drizzle-orm';
import { operationLog, runtimeLanes, runtimeRecords } from '../schema/schema.js';

const { opId, gameId } = operationLog;

// A statement about many games must not wait for a row of one of them. So it first locks what is free of the rows that it will
// write, and leaves out every operation that needs another one. It never waits for these locks, so their order is free, too.
// The inner SELECTs are written so that the planner can only look up single games: neither can be hashed.

const gamesOf = (asked: SQL, where: SQL): SQL => sql`array(
  select ${gameId} from ${operationLog} join json_to_recordset(${asked}) as r(op_id uuid, change text) on ${opId} = r.op_id where ${where})`;

/** A CTE that locks the records which the asked operations are to change, as far as nobody else holds them. */
export function freeRecords(asked: SQL): SQL {
  return sql`free_records as (
      select ${runtimeRecords.gameId} from ${runtimeRecords}
      where ${runtimeRecords.gameId} = any (${gamesOf(asked, sql`r.change <> 'keep'`)})
      order by ${runtimeRecords.gameId} for no key update skip locked
    )`;
}

/** Whether the record of an operation's row is locked by {@link freeRecords}, or there is none. */
export const hasFreeRecord: SQL = sql`(${gameId} = any (array(select game_id from free_records))
  or (select 1 from ${runtimeRecords} where ${runtimeRecords.gameId} = ${operationLog.gameId}) is null)`;

// What the end of an operation may add to the outbox, each in the lane of its game.
const KINDS = sql`('job_result', 'job_outcome', 'dead_letter')`;

/** A CTE that locks the lanes to which the asked operations may add a message, as far as nobody else holds them. */
export function freeLanes(asked: SQL): SQL {
  return sql`free_lanes as (
      select ${runtimeLanes.lane} from ${runtimeLanes}
      where ${runtimeLanes.kind} in ${KINDS} and ${runtimeLanes.lane} = any (${gamesOf(asked, sql`true`)})
      order by ${runtimeLanes.kind}, ${runtimeLanes.lane} for no key update skip locked
    )`;
}

/** Whether the lanes of an operation's row that exist are all locked by {@link freeLanes}. */
export const hasFreeLanes: SQL = sql`(select count(*) from ${runtimeLanes} where ${runtimeLanes.kind} in ${KINDS}
  and ${runtimeLanes.lane} = ${gameId}) = (select count(*) from free_lanes f where f.lane = ${gameId})`;
