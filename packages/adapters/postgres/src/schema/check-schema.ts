import { sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { PostgresFault } from '../client/postgres-faults.js';
import { int } from '../sql/row.js';
import { statement } from '../sql/statement.js';
import { MIGRATIONS_TABLE } from './apply-migrations.js';
import { readMigrations } from './migrations.js';
import { SchemaTooNewError, SchemaTooOldError } from './schema-errors.js';

/** How many migrations the database has. */
const APPLIED = statement(
  'count the migrations',
  {},
  () => sql`select coalesce(max(index) + 1, 0)::int as total from ${sql.identifier(MIGRATIONS_TABLE)}`,
);
const NO_SUCH_TABLE = '42P01';

/**
 * Checks that the schema is the one that this version needs. Changes nothing.
 * @throws SchemaTooOldError, SchemaTooNewError when it is another one.
 * @throws DependencyFault as {@link PgExecutor.query}.
 */
export async function checkSchema(executor: PgExecutor): Promise<void> {
  const [applied, known] = [await countApplied(executor), readMigrations().length];
  if (applied < known) throw new SchemaTooOldError(applied, known);
  if (applied > known) throw new SchemaTooNewError(applied, known);
}

async function countApplied(executor: PgExecutor): Promise<number> {
  try {
    const [row = {}] = await executor.query(APPLIED({}));
    return int(row, 'total');
  } catch (error) {
    if (error instanceof PostgresFault && error.sqlstate === NO_SUCH_TABLE) return 0;
    throw error;
  }
}
