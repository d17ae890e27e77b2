import type { LeaseGrant } from '@galaxy/manager-ports';
import { type SQL, sql } from 'drizzle-orm';
import { runtimeLeases } from '../schema/schema.js';
import type { Placeholders } from '../sql/statement.js';

/** The parameters of a statement under a lease. */
export const LEASE = { name: 'text', holder: 'text', epoch: 'bigint' } as const;

/**
 * The head of a statement under a lease, as a CTE: `lease` has one row while the grant fences, and none otherwise. The
 * row is locked, so that statements under one lease run one after the other; everything else must read from `lease`.
 * What a statement reads beside it is as of the statement's beginning, from before it may have waited for the lock.
 */
export function underLease({ name, holder, epoch }: Placeholders<typeof LEASE>): SQL {
  return sql`lease as (
    select 1 as held from ${runtimeLeases}
    where ${runtimeLeases.name} = ${name} and ${runtimeLeases.holder} = ${holder} and ${runtimeLeases.epoch} = ${epoch}
    for update
  )`;
}

/** The values of {@link LEASE}. */
export function leaseValues({ name, holder, epoch }: LeaseGrant) {
  return { name, holder, epoch };
}
