import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { DependencyFault } from '@galaxy/ports';
import { type PostgresServer, startPostgres } from '@galaxy/testing';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { PostgresRuntimeRecordStore } from '../records/postgres-runtime-record-store.js';
import { migrate } from '../schema/migrate.js';
import type { Query } from '../sql/statement.js';
import { PostgresExecutor, type PostgresOptions } from './postgres-executor.js';
import { PostgresFault } from './postgres-faults.js';

const query = (text: string, ...params: Query['params']): Query => ({ name: 'test', text, params });
const faultOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'answered',
    (error: unknown) => error,
  );

describe('PostgresExecutor', () => {
  let server: PostgresServer;
  const opened: PostgresExecutor[] = [];
  const escaped: unknown[] = [];
  const escape = (error: unknown) => escaped.push(error);
  const open = (options: Partial<PostgresOptions> = {}) => {
    const executor = new PostgresExecutor({ url: server.url, ...options });
    opened.push(executor);
    return executor;
  };

  beforeAll(async () => {
    process.on('unhandledRejection', escape).on('uncaughtException', escape);
    server = await startPostgres();
    await migrate(server.url);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((executor) => executor.close()));
    expect(escaped).toEqual([]);
  });
  afterAll(async () => {
    await server.stop();
    process.off('unhandledRejection', escape).off('uncaughtException', escape);
  });

  /** Keeps an executor busy with writes of its own until told to stop; tells what went wrong meanwhile. */
  function load(executor: PostgresExecutor) {
    const faults: unknown[] = [];
    let answered = 0;
    let going = true;
    const worker = async () => {
      const value = randomUUID();
      while (going) {
        const writing = executor.query(
          query('insert into runtime_settings values ($1, $2) on conflict (key) do update set value = $2', `load-${value}`, value),
        );
        const fault = await faultOf(writing);
        if (fault === 'answered') answered++;
        else faults.push(fault);
      }
    };
    const workers = Promise.all(Array.from({ length: 12 }, worker));
    const stop = async () => {
      going = false;
      await workers;
      return faults;
    };
    return { stop, answered: () => answered };
  }

  it('gives rows of plain values', async () => {
    const rows = await open().query(
      query("select 1 as n, 'x' as t, null as nothing, true as b, 1.5::float8 as f, $1::timestamptz as at", NOW),
    );
    expect(rows).toEqual([{ n: 1, t: 'x', nothing: null, b: true, f: 1.5, at: new Date(NOW) }]);
  });

  it('goes on with what others have written, also where another isolation level is the default of the database', async () => {
    const alter = (level: string) =>
      open().query(
        query(`do $$ begin execute format('alter database %I set default_transaction_isolation = ${level}', current_database()); end $$`),
      );
    await alter('serializable');
    const executor = open();
    expect(await executor.query(query('show transaction_isolation'))).toEqual([{ transaction_isolation: 'read committed' }]);
    const key = randomUUID();
    await executor.query(query("insert into runtime_settings values ($1, '0')", key));
    const add = () => executor.query(query('update runtime_settings set value = (value::int + 1)::text where key = $1', key));
    await Promise.all(Array.from({ length: 40 }, add));
    expect(await executor.query(query('select value from runtime_settings where key = $1', key))).toEqual([{ value: '40' }]);
    await alter('default');
  });

  it('comes through a crash and a restart of the server under load', async () => {
    const executor = open();
    const { stop, answered } = load(executor);
    await vi.waitFor(() => expect(answered()).toBeGreaterThan(100), 5000);
    for (let round = 0; round < 2; round++) {
      await server.kill(round === 0 ? 'SIGKILL' : 'SIGQUIT');
      expect(await faultOf(executor.query(query('select 1')))).toBeInstanceOf(DependencyFault);
      await server.restart();
      const before = answered();
      await vi.waitFor(() => expect(answered()).toBeGreaterThan(before + 100), 10_000);
    }
    const faults = await stop();
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.every((fault) => fault instanceof PostgresFault && fault.retryable)).toBe(true);
  });

  it('comes through a storm of killed sessions', async () => {
    const executor = open({ applicationName: 'storm' });
    const { stop, answered } = load(executor);
    const admin = postgres(server.url, { max: 1, onnotice: () => undefined });
    for (let round = 0; round < 20; round++) {
      const before = answered();
      await admin`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'storm'`;
      await vi.waitFor(() => expect(answered()).toBeGreaterThan(before + 20), 5000);
    }
    await admin.end({ timeout: 1 });
    const faults = await stop();
    expect(faults.filter((fault) => !(fault instanceof PostgresFault && fault.retryable))).toEqual([]);
  });

  it('gives a silent server up at the deadline, not knowing what became of the statement, and begins anew', async () => {
    const executor = open({ deadlineMs: 800 });
    await executor.ping();
    server.pause();
    const started = performance.now();
    const faults = await Promise.all(Array.from({ length: 15 }, () => faultOf(executor.ping())));
    expect(performance.now() - started).toBeLessThan(3000);
    expect(faults).toEqual(faults.map((): unknown => expect.objectContaining({ code: 'postgres_unavailable', retryable: true })));
    expect(faults[0]).toMatchObject({ effect: 'unknown', message: 'postgres did not answer ping: DEADLINE_EXCEEDED' });
    server.resume();
    await executor.ping();
  });

  it('gives one silent session up, and does the next statement in another, while the first is still silent', async () => {
    const executor = open({ deadlineMs: 700, maxConnections: 1 });
    const [row = {}] = await executor.query(query('select pg_backend_pid() as pid'));
    const pid = Number(row['pid']);
    process.kill(pid, 'SIGSTOP');
    expect(await faultOf(executor.ping())).toMatchObject({ effect: 'unknown', sqlstate: 'DEADLINE_EXCEEDED' });
    await executor.ping();
    process.kill(pid, 'SIGCONT');
  });

  it('lets a statement come to its end when another one waits in vain for a connection of its own', async () => {
    const door = await oneConnectionTo(server.url);
    const executor = open({ url: door.url, maxConnections: 2 });
    // Ends after the three seconds in which a connection must come about.
    const slow = executor.query(query("select 'done' as state from pg_sleep(3.4)"));
    await vi.waitFor(() => expect(door.taken()).toBe(1));
    expect(await faultOf(executor.ping())).toMatchObject({ sqlstate: 'CONNECT_TIMEOUT', retryable: true, effect: 'not_done' });
    expect(await slow).toEqual([{ state: 'done' }]);
    door.open();
    await executor.ping();
    door.close();
  });

  it('lets no statement wait behind one that waits for a lock, while there are connections', async () => {
    const executor = open({ deadlineMs: 5000, maxConnections: 2 });
    const records = new PostgresRuntimeRecordStore(executor);
    await executor.query(query("insert into runtime_settings values ('locked', '') on conflict do nothing"));
    const holder = postgres(server.url, { max: 1 });
    await holder.unsafe("begin; select from runtime_settings where key = 'locked' for update");
    let isWaiting = true;
    const waiting = faultOf(executor.query(query("update runtime_settings set value = 'x' where key = 'locked'"))).finally(() => {
      isWaiting = false;
    });
    const others = await Promise.all(Array.from({ length: 50 }, () => records.listByStatus('running')));
    expect(others).toHaveLength(50);
    expect(isWaiting).toBe(true);
    // The server ends the wait itself, before our deadline: then it is known that nothing happened.
    expect(await waiting).toMatchObject({ sqlstate: '55P03', retryable: true, effect: 'not_done' });
    await holder.unsafe('rollback');
    await holder.end({ timeout: 1 });
  });

  it('ends a statement that runs too long before the deadline: then it is known that nothing happened', async () => {
    const fault = await faultOf(open({ deadlineMs: 1000 }).query(query('select pg_sleep(5)')));
    expect(fault).toMatchObject({ sqlstate: '57014', retryable: true, effect: 'not_done' });
  });

  it('tells at once that nothing was done when no server is there, and does better when it comes back', async () => {
    const executor = open();
    await server.kill();
    for (let n = 0; n < 5; n++) {
      expect(await faultOf(executor.ping())).toMatchObject({ sqlstate: 'ECONNREFUSED', retryable: true, effect: 'not_done' });
    }
    await server.restart();
    await executor.ping();
  });

  it('tells that a server will go on refusing', async () => {
    const url = new URL(server.url);
    url.pathname = '/no_such_database';
    expect(await faultOf(open({ url: url.href }).ping())).toMatchObject({
      code: 'postgres_refused',
      sqlstate: '3D000',
      effect: 'not_done',
    });
    expect(await faultOf(open().query(query('select * from no_such_table')))).toMatchObject({ code: 'postgres_refused', retryable: false });
  });

  it('takes no call after it was closed', async () => {
    const executor = new PostgresExecutor({ url: server.url });
    await executor.ping();
    await executor.close();
    expect(await faultOf(executor.ping())).toMatchObject({ sqlstate: 'CONNECTION_ENDED', effect: 'not_done' });
  });

  it('works without prepared statements, too', async () => {
    const records = new PostgresRuntimeRecordStore(open({ prepare: false }));
    expect(await records.listPage({ limit: 5 })).toEqual({ records: [], next: null });
  });
});

/** A way to a server on which only the first connection is answered, until it is opened to all. */
async function oneConnectionTo(serverUrl: string) {
  const { hostname, port } = new URL(serverUrl);
  let [taken, isOpen] = [0, false];
  const sockets: Socket[] = [];
  const door = createServer((from) => {
    taken += 1;
    sockets.push(from.on('error', () => undefined));
    if (taken > 1 && !isOpen) return;
    const to = connect(Number(port), hostname).on('error', () => from.destroy());
    sockets.push(to);
    from.pipe(to).pipe(from);
  }).listen(0, '127.0.0.1');
  await once(door, 'listening');
  const url = new URL(serverUrl);
  url.port = String((door.address() as AddressInfo).port);
  return {
    url: url.href,
    taken: () => taken,
    open: () => {
      isOpen = true;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      door.close();
    },
  };
}

const NOW = '2026-03-01T12:00:00.123Z';
