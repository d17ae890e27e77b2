import { checkSchema, type PgExecutor, PostgresDeadLetterBox, PostgresExecutor } from '@galaxy/adapter-postgres';
import { jobOfStoredEntry } from '@galaxy/adapter-redis';
import type { DeadLetterBox } from '@galaxy/manager-ports';
import type { ResolveDeps } from '@galaxy/use-cases';
import type { Config } from '../config/schema.js';
import type { Opening } from './part.js';
import { systemIds } from './system.js';

/** The variables that the commands about dead letters can't do without. */
export const DEAD_LETTER_NEEDS = ['RTMANAGER_POSTGRES_URL'] as const satisfies readonly (keyof Config)[];

/**
 * The dead letters in PostgreSQL. Nothing of the installation is changed. Opening refuses with SchemaTooOldError or
 * SchemaTooNewError.
 */
export function composeDeadLetters(config: Config): Opening<{ readonly box: DeadLetterBox }> {
  const executor = postgresOf(config);
  return { open: async () => ({ box: await boxOver(executor) }), close: () => executor.close() };
}

/** The same, with what requeuing needs besides. */
export function composeRequeue(config: Config): Opening<ResolveDeps> {
  const executor = postgresOf(config);
  const keys = { start_jobs: config.RTMANAGER_START_JOBS_STREAM, stop_jobs: config.RTMANAGER_STOP_JOBS_STREAM };
  return {
    open: async () => ({ box: await boxOver(executor), ids: systemIds, decode: (letter) => jobOfStoredEntry(letter, keys) }),
    close: () => executor.close(),
  };
}

const postgresOf = (config: Config): PostgresExecutor => new PostgresExecutor({ url: config.RTMANAGER_POSTGRES_URL ?? '' });

async function boxOver(executor: PgExecutor): Promise<DeadLetterBox> {
  await checkSchema(executor);
  return new PostgresDeadLetterBox(executor);
}
