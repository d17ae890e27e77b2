import type { LeaseGrant } from '@galaxy/manager-ports';
import { type SQL, sql } from 'drizzle-orm';
import { runtimeLeases } from '../schema/schema.js';
import type { Placeholders } from '../sql/statement.js';

/** The parameters that every statement under a lease has. */
export const LEASE = { name: 'text', holder: 'text', epoch: 'bigint' } as const;

/**
 * The first CTE of a statement under a lease. `lease` has one row if the grant is still the current one, and none otherwise; the
 * rest of the statement must read from it. The row is locked, so statements under one lease run one after the other. Everything else
 * that the statement reads is as of its beginning: before it waited for this lock.
 */
export function underLease({ name, holder, epoch }: Placeholders<typeof LEASE>): SQL {
  return sql`lease as (
    select 1 as held from ${runtimeLeases}
    where ${runtimeLeases.name} = ${name} and ${runtimeLeases.holder} = ${holder} and ${runtimeLeases.epoch} = ${epoch}
    for update
  )`;
}

/** The values for {@link LEASE}. */
export function leaseValues({ name, holder, epoch }: LeaseGrant) {
  return { name, holder, epoch };
}
