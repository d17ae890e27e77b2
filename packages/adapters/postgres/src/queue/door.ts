import { COORDINATOR_LEASE } from '@galaxy/manager-ports';
import { type SQL, sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import type { LEASE } from '../coordination/under-lease.js';
import { runtimeLeases } from '../schema/schema.js';
import { bareList, insertSelect } from '../sql/sql-text.js';
import { type Placeholders, statement } from '../sql/statement.js';

const { name, holder, epoch } = runtimeLeases;
const COORDINATOR = sql.raw(`'${COORDINATOR_LEASE}'`);

/**
 * The CTE `door`: one row, locked until the statement has committed, if `condition` is true. An insert that reads from it takes its
 * `ord` after the lock. So `ord` is the order in which operations become visible, and a later stop can't be carried out before an
 * earlier operation whose commit takes long. Everything else that the statement reads is as of its beginning: before it waited.
 */
export function door(condition: SQL): SQL {
  return sql`door as (select 1 as open from ${runtimeLeases} where ${name} = ${COORDINATOR} and ${condition} for update)`;
}

/** {@link door} for the holder of the coordinator's lease: it has no row when the grant is not, or no longer, a valid one of that lease. */
export function doorOfHolder(p: Placeholders<typeof LEASE>): SQL {
  return door(sql`${name} = ${p.name} and ${holder} = ${p.holder} and ${epoch} = ${p.epoch}`);
}

/** Makes the row of the door, as a lease that nobody holds. */
const MAKE_DOOR = statement(
  'make the door',
  {},
  () => sql`${insertSelect(runtimeLeases, { name: COORDINATOR, epoch: sql`0`, expiresAt: sql`clock_timestamp()` })}
    on conflict (${bareList(name)}) do nothing`,
);

/** Makes the row of the door if there is none: after somebody has emptied the database by hand. */
export async function makeDoor(executor: PgExecutor): Promise<void> {
  await executor.query(MAKE_DOOR({}));
}
