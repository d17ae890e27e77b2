import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { freshDatabase, testServers } from '@galaxy/testing';
import { expect, it } from 'vitest';
import { embeddedPostgres, installedPostgres, postgresServer } from './database.js';

const UNHURRIED = new AbortController().signal;

it('keeps the embedded database in its folder, and opens it once another process has left it', async () => {
  const home = mkdtempSync(join(tmpdir(), 'embedded-'));
  const folder = join(home, 'data');
  try {
    const first = embeddedPostgres(folder, undefined);
    const { instance } = await first.open(UNHURRIED);
    await first.close();
    writeFileSync(`${folder}.lock`, String(process.ppid));
    const second = embeddedPostgres(folder, undefined);
    await expect(second.open(UNHURRIED)).rejects.toThrow(`in use by process ${String(process.ppid)}`);
    await expect(second.probe.check()).rejects.toThrow('in use');
    rmSync(`${folder}.lock`);
    expect((await second.open(UNHURRIED)).instance).toBe(instance);
    await second.probe.check();
    await second.close();
  } finally {
    rmSync(home, { recursive: true });
  }
});

it('leaves a folder that a newer version has migrated free for that version', async () => {
  const home = mkdtempSync(join(tmpdir(), 'embedded-'));
  const folder = join(home, 'data');
  try {
    const newer = await PGlite.create({ dataDir: folder });
    await newer.exec('create table runtime_migrations (index int, name text); insert into runtime_migrations values (1000, $$later$$)');
    await newer.close();
    const database = embeddedPostgres(folder, undefined);
    await expect(database.open(UNHURRIED)).rejects.toMatchObject({ code: 'schema_too_new' });
    await expect(database.open(UNHURRIED)).rejects.toMatchObject({ code: 'schema_too_new' });
    expect(existsSync(`${folder}.lock`)).toBe(false);
  } finally {
    rmSync(home, { recursive: true });
  }
});

it('shows a command the database of a service as it is, and no other', async () => {
  const { url, drop } = await freshDatabase(testServers().postgresUrl);
  const command = installedPostgres(url, undefined);
  await expect(command.open(UNHURRIED)).rejects.toMatchObject({ code: 'schema_too_old' });
  const service = postgresServer(url, 'production');
  await service.open(UNHURRIED);
  expect((await command.open(UNHURRIED)).instance).toBe('production');
  const elsewhere = installedPostgres(url, 'staging');
  await expect(elsewhere.open(UNHURRIED)).rejects.toMatchObject({ code: 'wrong_instance' });
  expect((await command.open(UNHURRIED)).instance).toBe('production');
  await Promise.all([command, service, elsewhere].map((part) => part.close()));
  await drop();
});
