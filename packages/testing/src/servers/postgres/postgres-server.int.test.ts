import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processesOf } from '../processes/process-table.js';
import { freshDatabase } from './fresh-database.js';
import type { PostgresServer } from './postgres-server.js';
import { startPostgres } from './postgres-server.js';

/** Runs one statement in a session of its own. */
async function query(url: string, statement: string): Promise<readonly Record<string, unknown>[]> {
  const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => undefined });
  try {
    return await sql.unsafe(statement);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

describe('a private PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  it('keeps what it committed over a crash of all its processes, on the same address', async () => {
    await query(server.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const before = server.pid();
    await server.kill();
    await expect(query(server.url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server.restart();
    expect(server.pid()).not.toBe(before);
    expect(await query(server.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('leaves open sessions without an answer while paused', async () => {
    const sql = postgres(server.url, { max: 1 });
    await sql`SELECT 1`;
    server.pause();
    let answered = false;
    const held = sql`SELECT 2 AS two`.then((rows) => {
      answered = true;
      return rows;
    });
    await expect(query(server.url, 'SELECT 1')).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT' });
    expect(answered).toBe(false);
    server.resume();
    expect(await held).toEqual([{ two: 2 }]);
    await sql.end();
  });

  it('can be stopped in order, too', async () => {
    await server.kill('SIGINT');
    await server.restart();
    expect(await query(server.url, 'SHOW max_connections')).toEqual([{ max_connections: '200' }]);
  });

  it('makes databases that do not share tables, and drops them while a session is open', async () => {
    const [one, two] = await Promise.all([freshDatabase(server.url), freshDatabase(server.url)]);
    await query(one.url, 'CREATE TABLE mine (id int)');
    await expect(query(two.url, 'SELECT * FROM mine')).rejects.toMatchObject({ code: '42P01' });
    const session = postgres(one.url, { max: 1, onnotice: () => undefined });
    await session`SELECT 1`;
    await one.drop();
    await expect(query(one.url, 'SELECT 1')).rejects.toMatchObject({ code: '3D000' });
    await session.end({ timeout: 1 });
    await two.drop();
  });

  it('leaves no process and no shared memory after a crash and a stop', async () => {
    const doomed = await startPostgres({ settings: { max_connections: '10' } });
    const dir = dirname(readlinkSync(`/proc/${doomed.pid()}/cwd`));
    const segments = (): string => readFileSync('/proc/sysvipc/shm', 'utf8');
    const creator = new RegExp(`\\s${doomed.pid()}\\s`);
    expect(segments()).toMatch(creator);
    await doomed.kill();
    expect(processesOf(dir)).toEqual([]);
    await doomed.stop();
    expect(segments()).not.toMatch(creator);
    expect(existsSync(dir)).toBe(false);
  });
});
