import { checkSchema, type PgExecutor, PostgresDeadLetterBox, PostgresExecutor } from '@galaxy/adapter-postgres';
import { RedisConnection, RedisEntryRequeue } from '@galaxy/adapter-redis';
import type { DeadLetterBox, EntryRequeue } from '@galaxy/manager-ports';
import type { Config } from '../config/schema.js';
import type { Opening } from './part.js';

/** The variables that reading and discarding dead letters can't do without. */
export const DEAD_LETTER_NEEDS = ['RTMANAGER_POSTGRES_URL'] as const satisfies readonly (keyof Config)[];

/** The variables that requeuing a dead letter can't do without. */
export const REQUEUE_NEEDS = [...DEAD_LETTER_NEEDS, 'RTMANAGER_REDIS_URL'] as const satisfies readonly (keyof Config)[];

/**
 * The dead letters in PostgreSQL. Nothing of the installation is changed. Opening refuses with SchemaTooOldError or
 * SchemaTooNewError.
 */
export function composeDeadLetters(config: Config): Opening<{ readonly box: DeadLetterBox }> {
  const executor = postgresOf(config);
  return { open: async () => ({ box: await boxOver(executor) }), close: () => executor.close() };
}

/** The same, and the way back into the streams of Redis. */
export function composeRequeue(config: Config): Opening<{ readonly box: DeadLetterBox; readonly requeue: EntryRequeue }> {
  const executor = postgresOf(config);
  const commands = new RedisConnection({ server: config.RTMANAGER_REDIS_URL ?? '', role: 'commands' });
  return {
    open: async () => ({ box: await boxOver(executor), requeue: new RedisEntryRequeue({ commands }) }),
    close: async () => {
      commands.close();
      await executor.close();
    },
  };
}

const postgresOf = (config: Config): PostgresExecutor => new PostgresExecutor({ url: config.RTMANAGER_POSTGRES_URL ?? '' });

async function boxOver(executor: PgExecutor): Promise<DeadLetterBox> {
  await checkSchema(executor);
  return new PostgresDeadLetterBox(executor);
}
