import { type FreshDatabase, freshDatabase, startFaultProxy, testServers } from '@galaxy/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { OtherSession } from '../other-session.test-support.js';
import { PostgresListener } from './postgres-listener.js';

const FAST = { deadlineMs: 300, checkEveryMs: 200 };

describe('PostgresListener', () => {
  let database: FreshDatabase;
  let other: OtherSession;
  beforeAll(async () => {
    database = await freshDatabase(testServers().postgresUrl);
    other = new OtherSession(database.url);
  });
  afterAll(async () => {
    await other.close();
    await database.drop();
  });

  const listen = async (url: string) => {
    const heard: string[] = [];
    const stopping = new AbortController();
    const handlers = {
      connected: () => void heard.push('connected'),
      notified: (channel: string, payload: string) => void heard.push(`${channel} ${payload}`),
    };
    const ended = new PostgresListener({ url, ...FAST }).listen(['one', 'two'], handlers, stopping.signal);
    ended.catch(() => undefined);
    await vi.waitFor(() => expect(heard).toEqual(['connected']), 4000);
    return { heard, stopping, ended };
  };
  const sessions = async () => {
    const rows = await other.run(`select pid from pg_stat_activity where application_name = 'galaxy-rtmanager-listener'
      and datname = current_database()`);
    return rows.map((row) => String(row['pid']));
  };

  it('hears all its channels and no other, over many checks of its connection, and leaves no connection behind', async () => {
    const { heard, stopping, ended } = await listen(database.url);
    await other.run("notify one, 'a'; notify three, 'b'");
    await vi.waitFor(() => expect(heard).toHaveLength(2));
    await other.run('select pg_sleep(1)');
    await other.run("notify two, 'c'");
    await vi.waitFor(() => expect(heard).toEqual(['connected', 'one a', 'two c']));
    expect(await sessions()).toHaveLength(1);
    stopping.abort();
    await ended;
    await vi.waitFor(async () => expect(await sessions()).toEqual([]), 4000);
  });

  it('says so when its connection is closed', async () => {
    const { ended } = await listen(database.url);
    for (const pid of await sessions()) await other.run(`select pg_terminate_backend(${pid})`);
    await expect(ended).rejects.toMatchObject({ code: 'postgres_unavailable', retryable: true });
  });

  it('says so when the server does not answer any more, though the connection is open', async () => {
    const proxy = await startFaultProxy(database.url);
    const { ended } = await listen(proxy.url);
    await proxy.set({ kind: 'black_hole' });
    await expect(ended).rejects.toMatchObject({ code: 'postgres_unavailable', message: expect.stringContaining('listen') });
    await proxy.stop();
  });

  it('says so when nobody is there, and returns at once when its signal has aborted', async () => {
    const handlers = { connected: () => expect.fail(), notified: () => expect.fail() };
    const nowhere = new PostgresListener({ url: 'postgres://127.0.0.1:1/none', ...FAST });
    await expect(nowhere.listen(['one'], handlers, new AbortController().signal)).rejects.toMatchObject({ code: 'postgres_unavailable' });
    await nowhere.listen(['one'], handlers, AbortSignal.abort());
  });
});
