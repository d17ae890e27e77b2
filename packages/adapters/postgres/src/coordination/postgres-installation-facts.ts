import type { InstallationFactKey, InstallationFacts } from '@galaxy/manager-ports';
import { sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { runtimeSettings } from '../schema/schema.js';
import { text } from '../sql/row.js';
import { assignments, bare, insertSelect } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';

const { key, value } = runtimeSettings;

/** One fact about the installation. */
const GET = statement(
  'read an installation fact',
  { key: 'text' },
  (p) => sql`select ${value} from ${runtimeSettings} where ${key} = ${p.key}`,
);

/** Stores a fact, over the one that was there. */
const SET = statement(
  'set an installation fact',
  { key: 'text', value: 'text' },
  (p) => sql`
    ${insertSelect(runtimeSettings, { key: p.key, value: p.value })}
    on conflict (${bare(key)}) do update set ${assignments(runtimeSettings, { value: p.value })}`,
);

/** Removes a fact. */
const REMOVE = statement(
  'remove an installation fact',
  { key: 'text' },
  (p) => sql`delete from ${runtimeSettings} where ${key} = ${p.key}`,
);

/** The installation's facts, as rows of the table `runtime_settings`. */
export class PostgresInstallationFacts implements InstallationFacts {
  readonly #executor: PgExecutor;

  constructor(executor: PgExecutor) {
    this.#executor = executor;
  }

  async get(key: InstallationFactKey): Promise<string | null> {
    const [row] = await this.#executor.query(GET({ key }));
    return row === undefined ? null : text(row, 'value');
  }

  async set(key: InstallationFactKey, value: string | null): Promise<void> {
    await this.#executor.query(value === null ? REMOVE({ key }) : SET({ key, value }));
  }
}
