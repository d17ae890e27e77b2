import { sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { text } from '../sql/row.js';
import { assignments, bare, insertSelect } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';
import { runtimeSettings } from './schema.js';
import { WrongInstanceError } from './schema-errors.js';

const { key, value } = runtimeSettings;

/** Names the installation: as wanted, otherwise as before, otherwise by a fresh UUID. Returns the name that is stored then. */
const INSTANCE = statement(
  'load the instance',
  { wanted: 'text' },
  (p) => sql`
    ${insertSelect(runtimeSettings, { key: sql`'instance'`, value: sql`coalesce(${p.wanted}, gen_random_uuid()::text)` })}
    on conflict (${bare(key)}) do update set ${assignments(runtimeSettings, { value: sql`coalesce(${p.wanted}, ${value})` })}
    returning ${value}`,
);

/** The name of the installation, if a service has run on this database. */
const KNOWN = statement('read the instance', {}, () => sql`select ${value} from ${runtimeSettings} where ${key} = 'instance'`);

/**
 * Returns the name of this installation, with which its containers are labelled: `wanted` when given, otherwise the stored name,
 * otherwise a new UUID. The returned name is stored, so that containers stay ours when the setting is removed again. Concurrent
 * first calls all get the same name.
 * @throws DependencyFault as {@link PgExecutor.query}.
 */
export async function loadInstance(executor: PgExecutor, wanted?: string): Promise<string> {
  const [row = {}] = await executor.query(INSTANCE({ wanted: wanted ?? null }));
  return text(row, 'value');
}

/**
 * Returns the stored name of the installation. Changes nothing.
 * @throws WrongInstanceError when it is not `wanted`, or when no service has stored a name yet.
 * @throws DependencyFault as {@link PgExecutor.query}.
 */
export async function knownInstance(executor: PgExecutor, wanted?: string): Promise<string> {
  const [row] = await executor.query(KNOWN({}));
  const held = row === undefined ? null : text(row, 'value');
  if (held === null || held !== (wanted ?? held)) throw new WrongInstanceError(held, wanted);
  return held;
}
