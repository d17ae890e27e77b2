import { type FreshDatabase, freshDatabase, testServers } from '@galaxy/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PostgresExecutor } from '../client/postgres-executor.js';
import { checkSchema } from './check-schema.js';
import { knownInstance, loadInstance } from './instance.js';
import { migrate } from './migrate.js';
import { readMigrations } from './migrations.js';

const TOTAL = readMigrations().length;

let database: FreshDatabase;
let executor: PostgresExecutor;
beforeEach(async () => {
  database = await freshDatabase(testServers().postgresUrl);
  executor = new PostgresExecutor({ url: database.url });
});
afterEach(async () => {
  await executor.close();
  await database.drop();
});

async function run(text: string) {
  return executor.query({ name: 'prepare', text, params: [] });
}

describe('checkSchema', () => {
  it('is content with what migrating leaves, and with nothing older or newer', async () => {
    await migrate(database.url);
    await checkSchema(executor);
    await run(`insert into runtime_migrations (index, name) values (${TOTAL}, 'of the future')`);
    await expect(checkSchema(executor)).rejects.toMatchObject({ code: 'schema_too_new', retryable: false });
    await run(`delete from runtime_migrations where index >= ${TOTAL - 1}`);
    await expect(checkSchema(executor)).rejects.toMatchObject({ code: 'schema_too_old', retryable: false });
  });

  it('works beside a newer version whose migration only adds, and so does migrating', async () => {
    await migrate(database.url);
    await run(`insert into runtime_migrations (index, name, min_reader) values (${TOTAL}, 'of the future', ${TOTAL})`);
    await checkSchema(executor);
    expect(await migrate(database.url)).toEqual({ applied: 0, total: TOTAL + 1 });
    await run(`insert into runtime_migrations (index, name, min_reader) values (${TOTAL + 1}, 'after that', ${TOTAL + 1})`);
    await expect(checkSchema(executor)).rejects.toMatchObject({ code: 'schema_too_new' });
    await expect(migrate(database.url)).rejects.toMatchObject({ code: 'schema_too_new' });
  });

  it('reads a database from before migrations told who may read them', async () => {
    await run(`create table runtime_migrations (index integer primary key, name text not null)`);
    await run(`insert into runtime_migrations (index, name) select i, 'old' from generate_series(0, 3) i`);
    await expect(checkSchema(executor)).rejects.toThrow(`the database has 4 migrations, this version needs ${TOTAL}`);
  });

  it('migrates nothing as a role that may create nothing, when nothing is missing', async () => {
    await migrate(database.url);
    const role = `dml_${process.pid}`;
    await run(`create role ${role} login password 'x'`);
    await run(`grant select, insert, update, delete on all tables in schema public to ${role}`);
    const url = new URL(database.url);
    url.username = role;
    url.password = 'x';
    try {
      expect(await migrate(url.href)).toEqual({ applied: 0, total: TOTAL });
    } finally {
      await run(`drop owned by ${role}`);
      await run(`drop role ${role}`);
    }
  });

  it('makes nothing in an empty database', async () => {
    await expect(checkSchema(executor)).rejects.toThrow(`the database has 0 migrations, this version needs ${TOTAL}`);
    expect(await run(`select count(*)::int as tables from pg_tables where schemaname = 'public'`)).toEqual([{ tables: 0 }]);
  });

  it('takes a server that is away for no empty database', async () => {
    const nobody = new PostgresExecutor({ url: 'postgres://127.0.0.1:1/none' });
    await expect(checkSchema(nobody)).rejects.toMatchObject({ code: 'postgres_unavailable' });
    await nobody.close();
  });
});

describe('knownInstance', () => {
  it('is the name that the service took, and refuses to be another', async () => {
    await migrate(database.url);
    await expect(knownInstance(executor)).rejects.toMatchObject({ code: 'wrong_instance', retryable: false });
    await expect(knownInstance(executor, 'production')).rejects.toMatchObject({ code: 'wrong_instance' });
    await loadInstance(executor, 'production');
    expect(await knownInstance(executor)).toBe('production');
    expect(await knownInstance(executor, 'production')).toBe('production');
    await expect(knownInstance(executor, 'staging')).rejects.toThrow('to the instance production, but the wanted instance is staging');
    expect(await loadInstance(executor)).toBe('production');
  });
});
