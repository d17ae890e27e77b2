import { randomUUID } from 'node:crypto';
import { newRuntimeRecord } from '@galaxy/domain';
import type { Claim, JobToQueue, LeaseGrant, OperationOutcome } from '@galaxy/manager-ports';
import { COORDINATOR_LEASE, knownOperation } from '@galaxy/manager-ports';
import { type PostgresServer, startPostgres, waitFor } from '@galaxy/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PostgresExecutor } from '../client/postgres-executor.js';
import { migrate } from '../schema/migrate.js';
import { int } from '../sql/row.js';
import { storesOver } from '../stores.test-support.js';

// A change of a row that leaves all indexed columns alone, on a page with room for its new version, touches no index at all
// (https://www.postgresql.org/docs/current/storage-hot.html). An index over a column that changes often would end that.
const AT_ONCE = 32;
const TURNS = 15;
const NOW = new Date('2026-01-01T00:00:00Z');

let server: PostgresServer;
let executor: PostgresExecutor;
let stores: ReturnType<typeof storesOver>;
let lease: LeaseGrant;

beforeAll(async () => {
  // A server of its own: a transaction that is open for long in any database of a server keeps old versions of rows, and their room.
  server = await startPostgres({ settings: { autovacuum: 'off' } });
  await migrate(server.url);
  executor = new PostgresExecutor({ url: server.url, maxConnections: 1 });
  stores = storesOver(executor);
  lease = (await stores.leases.acquire(COORDINATOR_LEASE, 'holder', 3_600_000)) ?? expect.fail('the lease is taken');
});
afterAll(async () => {
  await executor.close();
  await server.stop();
});

const query = (text: string) => executor.query({ name: 'test', text, params: [] });

/** How many rows of a table were changed, and how many of them without touching an index. */
async function changes(table: string): Promise<{ readonly all: number; readonly hot: number }> {
  const [row = {}] = await query(
    `select n_tup_upd::int as updates, n_tup_hot_upd::int as hot from pg_stat_user_tables where relname = '${table}'`,
  );
  return { all: int(row, 'updates'), hot: int(row, 'hot') };
}

/** The share of the `count` changes of rows that `act` makes which touch no index. Waits until the server has counted them. */
async function hotShare(table: string, count: number, act: () => Promise<unknown>): Promise<number> {
  await query('select pg_stat_force_next_flush()');
  const before = await changes(table);
  await act();
  const after = await waitFor(`${String(count)} changes of ${table} to be counted`, async () => {
    await query('select pg_stat_force_next_flush()');
    const now = await changes(table);
    return now.all - before.all >= count ? now : null;
  });
  return (after.hot - before.hot) / (after.all - before.all);
}

const repeat = async (act: (nth: number) => Promise<unknown>): Promise<void> => {
  for (let nth = 1; nth <= TURNS; nth += 1) await act(nth);
};

let entries = 0;
function start(gameId: string): JobToQueue {
  const entryId = `1767225600000-${String(++entries)}`;
  const job = { kind: 'start', gameId, imageRef: 'galaxy/engine:1.0.0', requestedAtMs: 0n } as const;
  return { opId: randomUUID(), stream: 'start_jobs', entryId, payloadHash: 'hash', job, raw: '[]' };
}

const ingest = (jobs: JobToQueue[]) =>
  stores.journal.ingest({
    lease,
    jobs,
    deadLetters: [],
    cursors: { start_jobs: jobs.at(-1)?.entryId ?? '0-0', stop_jobs: '0-0' },
    entriesRead: { start_jobs: jobs.length, stop_jobs: 0 },
  });

async function claimed(gameIds: readonly string[]): Promise<Claim[]> {
  await ingest(gameIds.map(start));
  const places = { start: AT_ONCE, turn: AT_ONCE, other: AT_ONCE };
  const request = { holder: 'process', ttlMs: 600_000, places, known: [knownOperation('start')], takeOver: true, inFlight: [] };
  return stores.journal.claim(request);
}

const games = (prefix: string) => Array.from({ length: AT_ONCE }, (_, n) => `${prefix}-${String(n)}`);
const step = (nth: number) =>
  ({
    op: 'start',
    step: nth === 1 ? 'intent' : 'created',
    previous: null,
    containerId: nth === 1 ? null : `container-${String(nth)}`,
  }) as const;
const failed = ({ gameId }: Claim): OperationOutcome => ({
  record: { kind: 'keep' },
  result: { gameId, outcome: 'failure', containerId: '', engineEndpoint: '', errorCode: 'not_found', errorMessage: '' },
  errorCode: 'not_found',
  deadLetter: null,
});

it.each([
  [
    'a renewal of claims',
    'runtime_operation_log',
    async () => {
      const claims = await claimed(games('renew'));
      return { count: AT_ONCE * TURNS, act: () => repeat(() => stores.journal.renew(claims, 600_000)) };
    },
  ],
  [
    'a recorded step',
    'runtime_operation_log',
    async () => {
      const claims = await claimed(games('advance'));
      const act = () => repeat((nth) => Promise.all(claims.map((claim) => stores.journal.advance(claim, step(nth), { kind: 'keep' }))));
      return { count: AT_ONCE * TURNS, act };
    },
  ],
  [
    'a renewal of the lease',
    'runtime_leases',
    async () => ({ count: TURNS, act: () => repeat(() => stores.leases.acquire(COORDINATOR_LEASE, 'holder', 3_600_000)) }),
  ],
  [
    'a move of a cursor',
    'runtime_stream_cursors',
    async () => {
      await ingest([start('cursor')]);
      return { count: TURNS, act: () => repeat((nth) => ingest([start(`cursor-${String(nth)}`)])) };
    },
  ],
  [
    'the next number of a lane',
    'runtime_lanes',
    async () => {
      const end = async () => {
        const claims = await claimed(games('lane'));
        await Promise.all(claims.map((claim) => stores.journal.finish(claim, failed(claim))));
      };
      await query("update runtime_operation_log set status = 'failed', finished_at = now() where status in ('queued', 'running')");
      await end();
      return { count: AT_ONCE * TURNS, act: () => repeat(end) };
    },
  ],
  [
    'a patch of a record that keeps its status',
    'runtime_records',
    async () => {
      const claims = await claimed(games('patch'));
      for (const { gameId } of claims)
        await stores.records.upsert(newRuntimeRecord({ gameId, imageRef: 'galaxy/engine:1.0.0', status: 'starting', now: NOW }));
      const patched = (nth: number) =>
        ({ currentTurn: nth, nextTurnAt: NOW, lastOpAt: new Date(NOW.getTime() + nth), health: 'healthy' }) as const;
      const expected = { status: 'starting', containerId: null } as const;
      const act = () =>
        repeat((nth) =>
          Promise.all(claims.map((claim) => stores.journal.advance(claim, step(nth), { kind: 'patch', expected, set: patched(nth) }))),
        );
      return { count: AT_ONCE * TURNS, act };
    },
  ],
] as const)('%s touches no index', async (_, table, prepare) => {
  const { count, act } = await prepare();
  expect(await hotShare(table, count, act)).toBeGreaterThanOrEqual(0.9);
});
