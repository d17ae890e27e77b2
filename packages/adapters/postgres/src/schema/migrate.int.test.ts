import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type FreshDatabase, freshDatabase, startFaultProxy, testServers, waitFor } from '@galaxy/testing';
import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PostgresExecutor } from '../client/postgres-executor.js';
import { loadInstance } from './instance.js';
import { migrate } from './migrate.js';
import { readMigrations } from './migrations.js';
import { SchemaTooNewError } from './schema-errors.js';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
const TOTAL = readMigrations().length;

describe('migrate', () => {
  let database: FreshDatabase;
  let admin: postgres.Sql;
  beforeEach(async () => {
    database = await freshDatabase(testServers().postgresUrl);
    admin = postgres(database.url, { max: 1, onnotice: () => undefined });
  });
  afterEach(async () => {
    await admin.end({ timeout: 1 });
    await database.drop();
  });

  it('brings an empty database to the newest schema, and does nothing the second time', async () => {
    expect(await migrate(database.url)).toEqual({ applied: TOTAL, total: TOTAL });
    expect(await migrate(database.url)).toEqual({ applied: 0, total: TOTAL });
    expect(await admin`select to_regclass('runtime_operation_log') is not null as there`).toEqual([{ there: true }]);
  });

  it('lets one of many migrate while the others wait', async () => {
    for (let round = 0; round < 10; round++) {
      const fresh = await freshDatabase(testServers().postgresUrl);
      const reports = await Promise.all(Array.from({ length: 5 }, () => migrate(fresh.url)));
      expect(reports.map(({ applied }) => applied).sort()).toEqual([0, 0, 0, 0, TOTAL]);
      await fresh.drop();
    }
  });

  it('waits for who is migrating, but not for ever', async () => {
    await admin`select pg_advisory_lock(7261913457)`;
    await expect(migrate(database.url, { deadlineMs: 400 })).rejects.toMatchObject({ code: 'postgres_unavailable', retryable: true });
    const migrating = migrate(database.url);
    await admin`select pg_advisory_unlock(7261913457)`;
    expect(await migrating).toMatchObject({ applied: TOTAL });
  });

  it.each(['hold', 'black_hole'] as const)(
    'is given up at once when its signal fires, though the server does not answer (%s)',
    async (kind) => {
      const proxy = await startFaultProxy(database.url);
      const stopping = new AbortController();
      const migrating = migrate(proxy.url, { signal: stopping.signal });
      await waitFor('it to connect', () => proxy.taken > 0);
      await proxy.set({ kind });
      const firedAt = performance.now();
      stopping.abort();
      await expect(migrating).rejects.toMatchObject({ code: 'postgres_unavailable', message: expect.stringContaining('migrate') });
      expect(performance.now() - firedAt).toBeLessThan(300);
      await proxy.set({ kind: 'pass' });
      expect(await migrate(proxy.url)).toMatchObject({ total: TOTAL });
      await proxy.stop();
    },
  );

  it('does not begin when its signal has fired', async () => {
    await expect(migrate(database.url, { signal: AbortSignal.abort() })).rejects.toMatchObject({ retryable: true });
  });

  it('goes on when who held the lock has died', async () => {
    const holder = postgres(database.url, { max: 1 });
    const [held] = await holder<{ pid: number }[]>`select pg_advisory_lock(7261913457), pg_backend_pid() as pid`;
    const migrating = migrate(database.url);
    await admin`select pg_terminate_backend(${held?.pid ?? 0})`;
    expect(await migrating).toMatchObject({ applied: TOTAL });
    await holder.end({ timeout: 1 });
  });

  it('refuses a database that a newer version has migrated: nothing was touched', async () => {
    await migrate(database.url);
    await admin`insert into runtime_migrations (index, name) values (${TOTAL}, 'of the future')`;
    const refused = migrate(database.url);
    await expect(refused).rejects.toThrow(SchemaTooNewError);
    await expect(refused).rejects.toMatchObject({ code: 'schema_too_new', retryable: false });
  });

  it('applies a migration with its bookkeeping or not at all', async () => {
    await admin`create table runtime_settings (in_the_way int)`;
    await expect(migrate(database.url)).rejects.toMatchObject({ code: 'postgres_refused' });
    expect(await admin`select * from runtime_migrations`).toEqual([]);
    expect(await admin`select to_regclass('runtime_operation_log') as there`).toEqual([{ there: null }]);
    await admin`drop table runtime_settings`;
    expect(await migrate(database.url)).toMatchObject({ applied: TOTAL });
  });

  it('ends when the server is not there, and when it goes silent', async () => {
    await expect(migrate('postgres://127.0.0.1:1/none')).rejects.toMatchObject({ code: 'postgres_unavailable', effect: 'not_done' });
    const proxy = await startFaultProxy(database.url);
    await proxy.set({ kind: 'black_hole' });
    await expect(migrate(proxy.url, { deadlineMs: 1000 })).rejects.toMatchObject({ code: 'postgres_unavailable' });
    await proxy.stop();
  });

  it('needs no further migration for the schema in the code', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'migrations-'));
    await cp(join(PACKAGE, 'migrations'), folder, { recursive: true });
    const before = await readdir(folder);
    // drizzle-kit takes every path for one below the working directory.
    const flags = ['--dialect', 'postgresql', '--out', relative(PACKAGE, folder)];
    await drizzleKit('generate', '--schema', 'src/schema/schema.ts', ...flags);
    expect(await readdir(folder)).toEqual(before);
    expect(await drizzleKit('check', ...flags)).toContain("Everything's fine");
    await rm(folder, { recursive: true });
  });
});

async function drizzleKit(...args: string[]): Promise<string> {
  const options = { cwd: PACKAGE, env: { ...process.env, NODE_OPTIONS: '--conditions=galaxy-source' } };
  return (await promisify(execFile)(join(PACKAGE, 'node_modules/.bin/drizzle-kit'), args, options)).stdout;
}

describe('loadInstance', () => {
  it('is the same for all who ask, unless another one is wanted, which stays', async () => {
    const database = await freshDatabase(testServers().postgresUrl);
    await migrate(database.url);
    const executor = new PostgresExecutor({ url: database.url });
    const first = await Promise.all(Array.from({ length: 8 }, () => loadInstance(executor)));
    expect(new Set(first).size).toBe(1);
    expect(first[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(await loadInstance(executor, 'staging')).toBe('staging');
    expect(await loadInstance(executor)).toBe('staging');
    await executor.close();
    await database.drop();
  });
});
