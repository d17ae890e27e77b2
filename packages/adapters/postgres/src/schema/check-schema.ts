import { sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { PostgresFault } from '../client/postgres-faults.js';
import { int } from '../sql/row.js';
import { statement } from '../sql/statement.js';
import { READ_TOTALS } from './apply-migrations.js';
import { readMigrations } from './migrations.js';
import { SchemaTooNewError, SchemaTooOldError } from './schema-errors.js';

/** How many migrations the database has, and how many a version must know to work on it. */
const APPLIED = statement('count the migrations', {}, () => sql.raw(READ_TOTALS));
const NO_SUCH_TABLE = '42P01';

/**
 * Checks that this version can work on the schema: it has every migration that is known here, and none that asks for a newer reader.
 * Changes nothing.
 * @throws SchemaTooOldError, SchemaTooNewError when it can't.
 * @throws DependencyFault as {@link PgExecutor.query}.
 */
export async function checkSchema(executor: PgExecutor): Promise<void> {
  const { total, minReader } = await readTotals(executor);
  const known = readMigrations().length;
  if (total < known) throw new SchemaTooOldError(total, known);
  if (minReader > known) throw new SchemaTooNewError(total, known);
}

async function readTotals(executor: PgExecutor): Promise<{ readonly total: number; readonly minReader: number }> {
  try {
    const [row = {}] = await executor.query(APPLIED({}));
    return { total: int(row, 'total'), minReader: int(row, 'min_reader') };
  } catch (error) {
    if (error instanceof PostgresFault && error.sqlstate === NO_SUCH_TABLE) return { total: 0, minReader: 0 };
    throw error;
  }
}
