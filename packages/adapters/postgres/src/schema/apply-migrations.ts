import { type Migration, readMigrations } from './migrations.js';
import { SchemaTooNewError } from './schema-errors.js';

/** One session with the database. Several statements in one `run` are one implicit transaction. */
export interface MigrationSession {
  run(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

// Lists the applied migrations.
const MIGRATIONS_TABLE = 'runtime_migrations';
const CREATE_TABLE = `create table if not exists ${MIGRATIONS_TABLE} (
  index integer primary key,
  name text not null,
  applied_at timestamptz not null default clock_timestamp()
); alter table ${MIGRATIONS_TABLE} add column if not exists min_reader integer`;

/**
 * What the database says of its migrations: how many it has, and how many a version must know to work on it. It reads `min_reader` as
 * JSON, so that it also reads a table from before there was this column.
 */
export const READ_TOTALS = `select coalesce(max(index) + 1, 0)::int as total,
  coalesce(max(coalesce((to_jsonb(m) ->> 'min_reader')::int, index + 1)), 0)::int as min_reader from ${MIGRATIONS_TABLE} m`;

/** How many migrations this run applied, and how many the database has now: more than are known when a newer version has migrated it. */
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
  const { total, minReader } = await readTotals(session);
  if (minReader > known.length) throw new SchemaTooNewError(total, known.length);
  const missing = known.filter(({ index }) => index >= total);
  if (missing.length > 0) await session.run(CREATE_TABLE);
  for (const migration of missing) await session.run(withBookkeeping(migration));
  return { applied: missing.length, total: Math.max(total, known.length) };
}

// Only reads: a role that may not create tables can start a service when nothing is missing.
async function readTotals(session: MigrationSession): Promise<{ readonly total: number; readonly minReader: number }> {
  const [found = {}] = await session.run(`select to_regclass('${MIGRATIONS_TABLE}') is not null as there`);
  if (found['there'] !== true) return { total: 0, minReader: 0 };
  const [row = {}] = await session.run(READ_TOTALS);
  return { total: Number(row['total']), minReader: Number(row['min_reader']) };
}

// One text, sent by the simple query protocol: PostgreSQL runs it as one transaction.
// https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT
function withBookkeeping({ index, name, sql, minReader }: Migration): string {
  return `insert into ${MIGRATIONS_TABLE} (index, name, min_reader) values (${index}, '${name.replaceAll("'", "''")}', ${minReader});\n${sql}`;
}
