import type { LeaseGrant, PruneLimits, PruneOutcome } from '@galaxy/manager-ports';
import { sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { LEASE, leaseValues, underLease } from '../coordination/under-lease.js';
import { operationLog, removedSince, runtimeRecords } from '../schema/schema.js';
import { ago } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';
import { deleteChosen } from './delete-operations.js';
import { placeNow } from './history-place.js';
import { pruneOutcome } from './prune-outcome.js';

const { opId, ord, finishedAt } = operationLog;
const { gameId, status, lastOpAt } = runtimeRecords;

/**
 * A SELECT and not an EXISTS: the planner could turn that into a look at the whole log.
 *
 * The operations of a game that are passed are at most one or two, so that no call deletes very many. A job that is ingested while
 * this statement runs finds no record instead of a `removed` one; its first write decides again.
 */
const PRUNE_RECORDS = statement(
  'prune records',
  { ...LEASE, keepMs: 'float', limit: 'int' },
  (p) => sql`
    with ${underLease(p)}, place as (${placeNow}),
    old as (
      select ${gameId} from ${runtimeRecords}
      where ${status} = 'removed' and ${removedSince(runtimeRecords)} < ${ago(p.keepMs)} and ${lastOpAt} < ${ago(p.keepMs)} and exists (select from lease)
        and (
          select 1 from ${operationLog} where ${operationLog.gameId} = ${gameId}
            and (${finishedAt} is null or (${finishedAt}, ${ord}) > ((select at from place), (select ord from place)))
          limit 1
        ) is null
      order by ${removedSince(runtimeRecords)} limit ${p.limit} for update of ${runtimeRecords} skip locked
    ), gone as (
      delete from ${runtimeRecords} where ${gameId} in (select game_id from old) and ${status} = 'removed'
      returning ${gameId}
    ), chosen as (
      select ${opId} from gone join ${operationLog} on ${operationLog.gameId} = gone.game_id
    ), ${deleteChosen(sql`chosen`, p.keepMs)}
    select exists (select from lease) as held, (select count(*)::int from old) as looked, (select count(*)::int from gone) as deleted`,
);

/** {@link History.pruneRecords} */
export async function pruneRecords(executor: PgExecutor, lease: LeaseGrant, limits: PruneLimits): Promise<PruneOutcome> {
  return pruneOutcome(await executor.query(PRUNE_RECORDS({ ...leaseValues(lease), ...limits })));
}
