import type { LeaseGrant, Leases } from '@galaxy/manager-ports';
import { sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { runtimeLeases } from '../schema/schema.js';
import { bigInt } from '../sql/row.js';
import { assignments, bare, fromNow, insertSelect } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';

const { name, holder, epoch, expiresAt } = runtimeLeases;

/**
 * Takes a lease that is free or expired, or renews the own one. Each new holding has an epoch of its own. No row when
 * somebody else holds it.
 */
const ACQUIRE = statement(
  'acquire a lease',
  { name: 'text', holder: 'text', ttlMs: 'float' },
  (p) => sql`
    ${insertSelect(runtimeLeases, { name: p.name, holder: p.holder, epoch: sql`1`, expiresAt: fromNow(p.ttlMs) })}
    on conflict (${bare(name)}) do update set ${assignments(runtimeLeases, {
      holder: p.holder,
      epoch: sql`${epoch} + case when ${holder} = ${p.holder} and ${expiresAt} > clock_timestamp() then 0 else 1 end`,
      expiresAt: fromNow(p.ttlMs),
    })}
    where ${holder} is null or ${holder} = ${p.holder} or ${expiresAt} <= clock_timestamp()
    returning ${epoch}::text`,
);

/** The holder is removed, so that writes under the old grant are refused at once, even before another process takes the lease. */
const RELEASE = statement(
  'release a lease',
  { name: 'text', holder: 'text', epoch: 'bigint' },
  (p) => sql`update ${runtimeLeases} set ${assignments(runtimeLeases, { holder: sql`null` })}
    where ${name} = ${p.name} and ${holder} = ${p.holder} and ${epoch} = ${p.epoch}`,
);

/** The leases in the table `runtime_leases`. They expire by the database's clock. */
export class PostgresLeases implements Leases {
  readonly #executor: PgExecutor;

  constructor(executor: PgExecutor) {
    this.#executor = executor;
  }

  async acquire(name: string, holder: string, ttlMs: number): Promise<LeaseGrant | null> {
    const [row] = await this.#executor.query(ACQUIRE({ name, holder, ttlMs }));
    return row === undefined ? null : { name, holder, epoch: bigInt(row, 'epoch') };
  }

  async release(grant: LeaseGrant): Promise<void> {
    const { name, holder, epoch } = grant;
    await this.#executor.query(RELEASE({ name, holder, epoch }));
  }
}
