import type { PgliteDatabase } from '../client/pglite-executor.js';
import { PostgresFault } from '../client/postgres-faults.js';
import { applyMigrations, type MigrationReport } from './apply-migrations.js';
import { SchemaTooNewError } from './schema-errors.js';

/**
 * Migrates the schema of a PGlite database to the one that this version needs. No lock is needed, because PGlite is one session; two
 * processes must never open the same directory.
 * @throws SchemaTooNewError when a newer version has migrated the database; nothing was changed.
 * @throws DependencyFault when a statement is refused.
 */
export async function migratePglite(database: PgliteDatabase): Promise<MigrationReport> {
  try {
    return await applyMigrations({ run: (text) => run(database, text) });
  } catch (error) {
    throw error instanceof SchemaTooNewError ? error : new PostgresFault('migrate', error);
  }
}

async function run(database: PgliteDatabase, text: string): Promise<Record<string, unknown>[]> {
  const results = await database.exec(text);
  return [...(results.at(-1)?.rows ?? [])];
}
