import { type Migration, readMigrations } from './migrations.js';
import { SchemaTooNewError } from './schema-errors.js';

/** One session with the database. Several statements in one `run` are one implicit transaction. */
export interface MigrationSession {
  run(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** The table that lists the applied migrations. */
export const MIGRATIONS_TABLE = 'runtime_migrations';
const CREATE_TABLE = `create table if not exists ${MIGRATIONS_TABLE} (
  index integer primary key,
  name text not null,
  applied_at timestamptz not null default clock_timestamp()
)`;

/** How many migrations this run applied, and how many the database has now. */
export interface MigrationReport {
  readonly applied: number;
  readonly total: number;
}

/**
 * Applies the missing migrations. Each one is applied together with its row in the table, all or nothing; a crash leaves whole
 * migrations. The caller must make sure that no other process migrates at the same time.
 * @throws SchemaTooNewError before anything is changed.
 */
export async function applyMigrations(session: MigrationSession, known: readonly Migration[] = readMigrations()): Promise<MigrationReport> {
  await session.run(CREATE_TABLE);
  const [row = {}] = await session.run(`select coalesce(max(index) + 1, 0)::int as total from ${MIGRATIONS_TABLE}`);
  const total = Number(row['total']);
  if (total > known.length) throw new SchemaTooNewError(total, known.length);
  const missing = known.filter(({ index }) => index >= total);
  for (const migration of missing) await session.run(withBookkeeping(migration));
  return { applied: missing.length, total: known.length };
}

// One text, sent by the simple query protocol: PostgreSQL runs it as one transaction.
// https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT
function withBookkeeping({ index, name, sql }: Migration): string {
  return `insert into ${MIGRATIONS_TABLE} (index, name) values (${index}, '${name.replaceAll("'", "''")}');\n${sql}`;
}
