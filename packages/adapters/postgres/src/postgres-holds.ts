import { HOLD_REASONS, type Hold, type HoldReason, type Holds } from '@galaxy/ports';
import { sql } from 'drizzle-orm';
import type { PgExecutor } from './pg-executor.js';
import { oneOf, type Row, text, time } from './row.js';
import { runtimeHolds } from './schema.js';
import { assignments, bare, insertSelect } from './sql-text.js';
import { statement } from './statement.js';

const { reason, message, since } = runtimeHolds;

const LIST = statement('list holds', {}, () => sql`select ${reason}, ${message}, ${since} from ${runtimeHolds} order by ${since}`);

const SET = statement(
  'set a hold',
  { reason: 'text', message: 'text' },
  (p) => sql`
    ${insertSelect(runtimeHolds, { reason: p.reason, message: p.message })}
    on conflict (${bare(reason)}) do update set ${assignments(runtimeHolds, { message: p.message })}`,
);

const CLEAR = statement('clear a hold', { reason: 'text' }, (p) => sql`delete from ${runtimeHolds} where ${reason} = ${p.reason}`);

/** Holds in the table `runtime_holds`, by the database's clock. */
export class PostgresHolds implements Holds {
  readonly #executor: PgExecutor;

  constructor(executor: PgExecutor) {
    this.#executor = executor;
  }

  async list(): Promise<Hold[]> {
    return (await this.#executor.query(LIST({}))).map(holdOf);
  }

  async set(reason: HoldReason, message: string): Promise<void> {
    await this.#executor.query(SET({ reason, message }));
  }

  async clear(reason: HoldReason): Promise<void> {
    await this.#executor.query(CLEAR({ reason }));
  }
}

function holdOf(row: Row): Hold {
  return { reason: oneOf(row, 'reason', HOLD_REASONS), message: text(row, 'message'), since: time(row, 'since') };
}
