import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { withinDeadline } from '../client/deadline.js';
import { DeadlineExceeded, PostgresFault } from '../client/postgres-faults.js';
import { applyMigrations, type MigrationReport } from './apply-migrations.js';
import { SchemaTooNewError } from './schema-errors.js';

export interface MigrateOptions {
  /** How long the whole run may take, waiting for other processes included; default 60 000 ms. */
  readonly deadlineMs?: number;
  /** Ends the run at once, even if the server does not answer. A migration that is not finished is rolled back. */
  readonly signal?: AbortSignal;
}

// An arbitrary number; no other program may use it as an advisory lock in this database.
const LOCK = 7_261_913_457;
const POLL_MS = 100;
/** How long one request for the lock may take. A server that does not answer ends this run; the caller tries again on a new connection. */
const ASK_MS = 5000;

/**
 * Migrates the database's schema to the one that this version needs. When several processes start together, one migrates and the
 * others wait for it: the single connection used here holds an advisory lock, which is free again when the process dies. `url` must
 * lead to the server itself, not to a pooler. Safe to repeat, also after a crash at any moment.
 * @throws SchemaTooNewError when a newer version has migrated the database; nothing was changed.
 * @throws DependencyFault when the server does not answer or refuses, when the lock is not free in time, or when the signal fires.
 */
export async function migrate(url: string, { deadlineMs = 60_000, signal }: MigrateOptions = {}): Promise<MigrationReport> {
  const client = postgres(url, {
    max: 1,
    // The lock belongs to the connection, so postgres.js must not replace the connection by itself.
    max_lifetime: null,
    connect_timeout: 3,
    fetch_types: false,
    onnotice: () => undefined,
    connection: { application_name: 'galaxy-rtmanager-migrate' },
  });
  try {
    return await withinDeadline(migrateAlone(client, AbortSignal.timeout(deadlineMs)), deadlineMs + POLL_MS, signal);
  } catch (error) {
    throw error instanceof SchemaTooNewError ? error : new PostgresFault('migrate', error);
  } finally {
    await client.end({ timeout: signal?.aborted === true ? 0 : 1 });
  }
}

async function migrateAlone(client: postgres.Sql, signal: AbortSignal): Promise<MigrationReport> {
  while (!(await withinDeadline(tryLock(client), ASK_MS))) {
    if (signal.aborted) throw new DeadlineExceeded('another process is migrating');
    await sleep(POLL_MS);
  }
  return applyMigrations({ run: (text) => client.unsafe<Record<string, unknown>[]>(text) });
}

async function tryLock(client: postgres.Sql): Promise<boolean> {
  const [row] = await client.unsafe<{ locked: boolean }[]>(`select pg_try_advisory_lock(${LOCK}) as locked`);
  return row?.locked ?? false;
}
