import { randomUUID } from 'node:crypto';
import { COORDINATOR_LEASE, type JobToQueue, type LeaseGrant, type OperationRequest } from '@galaxy/manager-ports';
import { type FreshDatabase, freshDatabase, testServers } from '@galaxy/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PostgresExecutor } from '../client/postgres-executor.js';
import { OtherSession } from '../other-session.test-support.js';
import { migrate } from '../schema/migrate.js';
import { EMPTY, storesOver } from '../stores.test-support.js';

const GAMES = ['alpha', 'beta', 'gamma'];
const scale = Number(process.env['GALAXY_TEST_SCALE'] ?? 1);

let entries = 0;
const start = (gameId: string): JobToQueue => ({
  opId: randomUUID(),
  stream: 'start_jobs',
  entryId: `1-${++entries}`,
  payloadHash: 'hash',
  job: { kind: 'start', gameId, imageRef: 'galaxy/engine:1.0.0', requestedAtMs: 0n },
  raw: '[]',
});
const stop = (gameId: string): OperationRequest => ({
  opId: randomUUID(),
  source: 'admin',
  sourceRef: randomUUID(),
  job: { kind: 'stop', gameId, reason: 'admin_request', requestedAtMs: 0n },
  requestedBy: 'ann',
});
const act = (gameId: string) => ({
  opId: randomUUID(),
  job: { kind: 'reconcile', gameId, verdict: 'remove', orphans: [], reason: '' } as const,
});

/** Everything that queues operations enters one after the other, and is numbered as it enters. */
describe('the door of the queue', () => {
  let database: FreshDatabase;
  let stores: ReturnType<typeof storesOver>;
  let replica: ReturnType<typeof storesOver>;
  let executors: readonly PostgresExecutor[];
  let other: OtherSession;
  let lease: LeaseGrant;

  beforeAll(async () => {
    database = await freshDatabase(testServers().postgresUrl);
    await migrate(database.url);
    const [one, two] = [new PostgresExecutor({ url: database.url }), new PostgresExecutor({ url: database.url })];
    executors = [one, two];
    stores = storesOver(one);
    replica = storesOver(two);
    other = new OtherSession(database.url);
  });
  beforeEach(async () => {
    await executors[0]?.query(EMPTY);
    lease = (await stores.leases.acquire(COORDINATOR_LEASE, 'process-1', 60_000)) ?? expect.fail();
  });
  afterEach(() => other.run('rollback'));
  afterAll(async () => {
    await Promise.all([...executors.map((executor) => executor.close()), other.close()]);
    await database.drop();
  });

  const ingest = (jobs: readonly JobToQueue[]) =>
    stores.journal.ingest({
      lease,
      jobs,
      deadLetters: [],
      cursors: { start_jobs: '9-9', stop_jobs: '9-9' },
      entriesRead: { start_jobs: 0, stop_jobs: 0 },
    });
  const gamesInOrder = async () => (await other.run('select game_id from runtime_operation_log order by ord')).map((row) => row['game_id']);

  it('is there once the schema is, and a lease that nobody holds until somebody takes it', async () => {
    const fresh = await freshDatabase(testServers().postgresUrl);
    await migrate(fresh.url);
    const session = new OtherSession(fresh.url);
    expect(await session.run("select holder, epoch::int from runtime_leases where name = 'coordinator'")).toEqual([
      { holder: null, epoch: 0 },
    ]);
    await session.close();
    await fresh.drop();
  });

  it('is made anew when the row is missing, by one of many', async () => {
    await executors[0]?.query(EMPTY);
    const asked = Array.from({ length: 10 }, () => stop('alpha'));
    const outcomes = await Promise.all(asked.map((one, n) => (n % 2 === 0 ? stores : replica).operationQueue.enqueue(one)));
    expect(outcomes).toEqual(asked.map(({ opId }) => ({ kind: 'queued', opId })));
    expect(await stores.leases.acquire(COORDINATOR_LEASE, 'process-2', 1000)).toMatchObject({ epoch: 1n });
  });

  it('lets nobody take a number before what entered earlier is visible, whoever it is', async () => {
    await other.run("begin; select from runtime_leases where name = 'coordinator' for update");
    const first = 'insert into runtime_operation_log (op_id, game_id, op, source, source_ref, status, payload) values';
    const outcome = await other.whileWaiting(
      () => Promise.all([ingest([start('a')]), stores.reconcileQueue.queue(lease, [act('b')]), replica.operationQueue.enqueue(stop('c'))]),
      {
        count: 3,
        // Its number is taken last, after all others have begun to wait, and is still the smallest.
        meanwhile: async () => {
          await other.run(`${first} ('${randomUUID()}', 'slow', 'start', 'admin', 'x', 'queued', '{}')`);
        },
      },
    );
    expect(outcome).toEqual([
      { kind: 'ingested', queued: 1 },
      { kind: 'queued', gameIds: ['b'] },
      { kind: 'queued', opId: expect.any(String) },
    ]);
    const inOrder = await gamesInOrder();
    expect(inOrder[0]).toBe('slow');
    expect([...inOrder].sort()).toEqual(['a', 'b', 'c', 'slow']);
  });

  it('keeps those that have passed from being overtaken while their commit takes long', async () => {
    // The insert of the first one waits for a row that was written by somebody else, after it has taken its number.
    const slow = start('alpha');
    await other.run(
      `begin; insert into runtime_operation_log (op_id, game_id, op, source, source_ref, status, payload, stream, entry_id, payload_hash)
        values ('${randomUUID()}', 'beta', 'start', 'lobby', '', 'queued', '{}', '${slow.stream}', '${slow.entryId}', 'hash')`,
    );
    const ended: string[] = [];
    const note = async (name: string, call: Promise<unknown>) => {
      await call;
      ended.push(name);
    };
    const later: Promise<void>[] = [];
    await other.whileWaiting(() => note('ingest', ingest([slow])), {
      meanwhile: async () => {
        later.push(note('stop', replica.operationQueue.enqueue(stop('alpha'))));
        await expect.poll(async () => (await other.run('select count(*)::int as n from pg_locks where not granted'))[0]?.['n']).toBe(2);
        expect(ended).toEqual([]);
      },
      end: 'rollback',
    });
    await Promise.all(later);
    expect(ended).toEqual(['ingest', 'stop']);
    expect(await stores.log.listByGame('alpha', { limit: 10 })).toMatchObject([{ op: 'stop' }, { op: 'start' }]);
  });

  it('tells a request whose name was taken while it waited, also by another process', async () => {
    await other.run("begin; select from runtime_leases where name = 'coordinator' for update");
    const asked = stop('alpha');
    const again = { ...asked, opId: randomUUID() };
    const outcomes = await other.whileWaiting(
      () => Promise.all([stores.operationQueue.enqueue(asked), replica.operationQueue.enqueue(again)]),
      { count: 2 },
    );
    const queued = outcomes.find(({ kind }) => kind === 'queued') ?? expect.fail('none was queued');
    expect(outcomes.find(({ kind }) => kind === 'existing')).toEqual({ ...queued, kind: 'existing', status: 'queued' });
  });

  it('numbers what many queue at once in the order in which it becomes visible, round after round', async () => {
    const seen = new Map<string, bigint>();
    let highest = 0n;
    let isOpen = true;
    // Operations that a look shows for the first time must all have higher numbers than everything that earlier looks have shown.
    const looking = async () => {
      while (isOpen) {
        const rows = await other.run('select op_id::text, ord::text from runtime_operation_log order by ord');
        const fresh = rows.flatMap((row) =>
          seen.has(String(row['op_id'])) ? [] : [[String(row['op_id']), BigInt(String(row['ord']))] as const],
        );
        for (const [opId, ord] of fresh) {
          expect(ord).toBeGreaterThan(highest);
          seen.set(opId, ord);
        }
        highest = fresh.at(-1)?.[1] ?? highest;
      }
    };
    const rounds = 60 * scale;
    const repeat = async (call: (game: string) => Promise<unknown>) => {
      for (let n = 0; n < rounds; n++) await call(GAMES[n % GAMES.length] ?? '');
    };
    const queueing = Promise.all([
      repeat((game) => ingest([start(game), start(game)])),
      repeat((game) => stores.reconcileQueue.queue(lease, [act(`other-${game}-${++entries}`)])),
      ...Array.from({ length: 4 }, (_, n) => repeat((game) => (n % 2 === 0 ? stores : replica).operationQueue.enqueue(stop(game)))),
    ]).finally(() => {
      isOpen = false;
    });
    await Promise.all([queueing, looking()]);
    const [row] = await other.run('select count(*)::int as n from runtime_operation_log');
    expect(row?.['n']).toBe(rounds * 7);
  });
});
