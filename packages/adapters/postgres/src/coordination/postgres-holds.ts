import { HOLD_REASONS, type Hold, type HoldReason, type Holds, type LeaseGrant } from '@galaxy/manager-ports';
import { type SQL, sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { runtimeHolds } from '../schema/schema.js';
import { oneOf, type Row, text, time } from '../sql/row.js';
import { assignments, bare, insertSelect } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';
import { LEASE, leaseValues, underLease } from './under-lease.js';

const { reason, message, since } = runtimeHolds;

/** Whether the hold `restored` was in force when the statement began. */
export const onHold: SQL = sql`exists (select from ${runtimeHolds} where ${reason} = 'restored')`;

/** Every hold in force, the oldest first. */
const LIST = statement('list holds', {}, () => sql`select ${reason}, ${message}, ${since} from ${runtimeHolds} order by ${since}`);

const HOLD = { reason: 'text', message: 'text' } as const;

const insertHold = (p: { readonly reason: SQL; readonly message: SQL }): SQL =>
  insertSelect(runtimeHolds, { reason: p.reason, message: p.message });

const orUpdate = (p: { readonly message: SQL }): SQL =>
  sql`on conflict (${bare(reason)}) do update set ${assignments(runtimeHolds, { message: p.message })}`;

/** Sets a hold. One that is in force gets the new message and keeps its time. */
const SET = statement('set a hold', HOLD, (p) => sql`${insertHold(p)} ${orUpdate(p)}`);

/** Sets a hold as `set a hold` does, while the lease is held. */
const SET_UNDER_LEASE = statement(
  'set a hold under a lease',
  { ...LEASE, ...HOLD },
  (p) => sql`with ${underLease(p)} ${insertHold(p)} from lease ${orUpdate(p)}`,
);

/** Ends a hold. */
const CLEAR = statement('clear a hold', { reason: 'text' }, (p) => sql`delete from ${runtimeHolds} where ${reason} = ${p.reason}`);

/** The holds in the table `runtime_holds`. `since` is the database's time. */
export class PostgresHolds implements Holds {
  readonly #executor: PgExecutor;

  constructor(executor: PgExecutor) {
    this.#executor = executor;
  }

  async list(): Promise<Hold[]> {
    return (await this.#executor.query(LIST({}))).map(holdOf);
  }

  async set(reason: HoldReason, message: string, under?: LeaseGrant): Promise<void> {
    const hold = { reason, message };
    await this.#executor.query(under === undefined ? SET(hold) : SET_UNDER_LEASE({ ...leaseValues(under), ...hold }));
  }

  async clear(reason: HoldReason): Promise<void> {
    await this.#executor.query(CLEAR({ reason }));
  }
}

function holdOf(row: Row): Hold {
  return { reason: oneOf(row, 'reason', HOLD_REASONS), message: text(row, 'message'), since: time(row, 'since') };
}
