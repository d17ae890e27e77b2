import type { LeaseGrant, PruneLimits, PruneOutcome } from '@galaxy/manager-ports';
import { sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { PgExecutor } from '../client/pg-executor.js';
import { LEASE, leaseValues, underLease } from '../coordination/under-lease.js';
import { operationLog, runtimeRecords } from '../schema/schema.js';
import { ago } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';
import { deleteChosen } from './delete-operations.js';
import { movePlace, placeNow } from './history-place.js';
import { pruneOutcome } from './prune-outcome.js';

const { opId, gameId, ord, finishedAt } = operationLog;
const later = alias(operationLog, 'later');
const earlier = alias(operationLog, 'earlier');

/**
 * Walks over the ended operations in the order of their ends, from where the last call ended. So a row that stays, as the last one of
 * its game, is looked at once, and not again by every call; it goes together with the next one of its game. The record is looked for by
 * a SELECT and not by an EXISTS, which the planner could turn into a look at all records.
 */
const PRUNE_OPERATIONS = statement(
  'prune operations',
  { ...LEASE, keepMs: 'float', limit: 'int' },
  (p) => sql`
    with ${underLease(p)}, place as (${placeNow}),
    visited as (
      select ${opId}, ${gameId}, ${ord}, ${finishedAt} from ${operationLog}
      where ${finishedAt} < ${ago(p.keepMs)} and (${finishedAt}, ${ord}) > ((select at from place), (select ord from place))
        and exists (select from lease)
      order by ${finishedAt}, ${ord} limit ${p.limit}
    ), chosen as (
      select op_id from visited v
      where exists (select from ${operationLog} ${later} where ${later.gameId} = v.game_id and ${later.ord} > v.ord)
        or (select 1 from ${runtimeRecords} where ${runtimeRecords.gameId} = v.game_id) is null
      union all
      select kept.op_id from (select game_id, min(ord) as ord from visited group by game_id) v cross join lateral (
        select ${earlier.opId} as op_id from ${operationLog} ${earlier} where ${earlier.gameId} = v.game_id and ${earlier.ord} < v.ord
        order by ${earlier.ord} limit 10
      ) kept
    ), ${deleteChosen(sql`chosen`, p.keepMs)}, moved as (${movePlace(sql`visited`)})
    select exists (select from lease) as held, (select count(*)::int from visited) as looked, (select count(*)::int from deleted) as deleted`,
);

/** {@link History.pruneOperations} */
export async function pruneOperations(executor: PgExecutor, lease: LeaseGrant, limits: PruneLimits): Promise<PruneOutcome> {
  return pruneOutcome(await executor.query(PRUNE_OPERATIONS({ ...leaseValues(lease), ...limits })));
}
