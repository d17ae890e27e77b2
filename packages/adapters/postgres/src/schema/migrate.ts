import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { withinDeadline } from '../client/deadline.js';
import { DeadlineExceeded, PostgresFault } from '../client/postgres-faults.js';
import { applyMigrations, type MigrationReport } from './apply-migrations.js';
import { SchemaTooNewError } from './schema-errors.js';

/** How to migrate. */
export interface MigrateOptions {
  /** How long the whole run may take, waiting for others included; 60 000 ms when not given. */
  readonly deadlineMs?: number;
  /** Gives the run up at once, whatever the server does. What was not finished is undone. */
  readonly signal?: AbortSignal;
}

// Any number will do as long as nothing else in the database locks it.
const LOCK = 7_261_913_457;
const POLL_MS = 100;
/** To ask for the lock takes no time on a server that answers; one that does not is left, and met again over a new connection. */
const ASK_MS = 5000;

/**
 * Brings the database's schema to what this version needs. Of processes that start together one migrates and the others
 * wait for it: an advisory lock is held by the one connection used here, so it is free again when its process dies.
 * Goes directly to the server, not through a pooler. Repeating is safe, and so is a death at any moment.
 * @throws SchemaTooNewError when a newer version has migrated the database; nothing was touched.
 * @throws DependencyFault when the server does not answer or refuses, or the lock is not to be had in time; or the signal fires.
 */
export async function migrate(url: string, { deadlineMs = 60_000, signal }: MigrateOptions = {}): Promise<MigrationReport> {
  const client = postgres(url, {
    max: 1,
    // The lock lives and dies with the connection: it must not be renewed behind our back.
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
