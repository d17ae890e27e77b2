import { randomUUID } from 'node:crypto';
import {
  migrate,
  PostgresExecutor,
  PostgresHistory,
  PostgresLeases,
  PostgresOperationJournal,
  PostgresReconcileQueue,
} from '@galaxy/adapter-postgres';
import { type Claim, type JobToQueue, knownOperation, type LeaseGrant, type OperationOutcome } from '@galaxy/manager-ports';
import { freshDatabase, type PostgresServer, startPostgres } from '@galaxy/testing';
import postgres from 'postgres';
import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jobCount } from '../harness/test-scale.js';
import { loadHistory, settle } from './history.js';

// `npm run growth` measures with a million games. In a run of all tests, this shows that the measurement still works.
const GAMES = { few: 1000, many: jobCount(10_000) };
const ROUNDS = 60;
const WARM_UP = 8;
const AT_ONCE = 32;
const KEEP_MS = 90 * 86_400_000;
const DUE = 30 * (ROUNDS + WARM_UP + 2);

let server: PostgresServer;
let few: Side;
let many: Side;
beforeAll(async () => {
  server = await startPostgres({
    settings: { shared_buffers: '3GB', max_wal_size: '4GB', synchronous_commit: 'off', autovacuum: 'off' },
  });
  few = await open(GAMES.few);
  many = await open(GAMES.many);
}, 900_000);
afterAll(async () => {
  await few.close();
  await many.close();
  await server.stop();
});

type Side = Awaited<ReturnType<typeof open>>;

async function open(games: number) {
  const { url } = await freshDatabase(server.url);
  await migrate(url);
  const [sql, executor] = [postgres(url, { max: 2, onnotice: () => undefined }), new PostgresExecutor({ url })];
  await loadHistory(sql, games, DUE);
  const lease = await new PostgresLeases(executor).acquire('coordinator', randomUUID(), 3_600_000);
  if (lease === null) throw new Error('no lease');
  const close = async (): Promise<void> => {
    await executor.close();
    await sql.end({ timeout: 1 });
  };
  return { ...portsOver(executor), url, sql, lease, close, figures: new Map<string, Figures>(), entries: 0 };
}

const portsOver = (executor: PostgresExecutor) => ({
  journal: new PostgresOperationJournal(executor),
  history: new PostgresHistory(executor),
  queue: new PostgresReconcileQueue(executor),
});

interface Figures {
  readonly ms: number[];
  readonly walBytes: number[];
}

async function walBytes(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ at: number }[]>`select (pg_current_wal_insert_lsn() - '0/0')::float8 as at`;
  return row?.at ?? Number.NaN;
}

async function measured<T>({ figures, sql }: Side, name: string, act: () => Promise<T>): Promise<T> {
  const walBefore = await walBytes(sql);
  const begunAt = performance.now();
  const answer = await act();
  const took = performance.now() - begunAt;
  const { ms, walBytes: wal } = figures.get(name) ?? { ms: [], walBytes: [] };
  figures.set(name, { ms: [...ms, took], walBytes: [...wal, (await walBytes(sql)) - walBefore] });
  return answer;
}

const stop = (side: Side): JobToQueue => ({
  opId: v7(),
  stream: 'stop_jobs',
  entryId: `${Date.now()}-${String(++side.entries)}`,
  payloadHash: 'hash',
  job: { kind: 'stop', gameId: `new-${randomUUID()}`, reason: 'finished', requestedAtMs: 0n },
  raw: '[]',
});
const intakeOf = (lease: LeaseGrant, jobs: JobToQueue[]) => ({
  lease,
  jobs,
  deadLetters: [],
  cursors: { start_jobs: '0-0', stop_jobs: jobs.at(-1)?.entryId ?? '0-0' },
  entriesRead: { start_jobs: 0, stop_jobs: jobs.length },
});
const ended = ({ gameId }: Claim): OperationOutcome => ({
  record: { kind: 'keep' },
  result: { gameId, outcome: 'failure', containerId: '', engineEndpoint: '', errorCode: 'not_found', errorMessage: '' },
  errorCode: 'not_found',
  deadLetter: null,
});
const KNOWN = (['start', 'stop', 'reconcile'] as const).map(knownOperation);
const PLACES = { start: AT_ONCE, turn: AT_ONCE, other: AT_ONCE };
const anything = () => ({ holder: randomUUID(), ttlMs: 60_000, places: PLACES, known: KNOWN, takeOver: true, inFlight: [] });

async function round(side: Side): Promise<void> {
  const { journal, history, queue, lease } = side;
  const jobs = Array.from({ length: AT_ONCE }, () => stop(side));
  await measured(side, 'ingest 32', () => journal.ingest(intakeOf(lease, jobs)));
  const claims = await measured(side, 'claim 32', () => journal.claim(anything()));
  await measured(side, 'renew 32', () => journal.renew(claims, 60_000));
  await measured(side, 'finish 32', () => Promise.all(claims.map((claim) => journal.finish(claim, ended(claim)))));
  await measured(side, 'claim none', () => journal.claim(anything()));
  await measured(side, 'prune 30 operations', () => history.pruneOperations(lease, { keepMs: KEEP_MS, limit: 30 }));
  await measured(side, 'prune 30 records', () => history.pruneRecords(lease, { keepMs: KEEP_MS, limit: 30 }));
  await measured(side, 'read 200 games', () => queue.games([], { after: '', limit: 200 }));
}

function median(of: readonly number[]): number {
  return [...of].sort((a, b) => a - b)[Math.floor(of.length / 2)] ?? Number.NaN;
}

it(`with ${String(GAMES.many)} games played, statements take as long as with ${String(GAMES.few)}`, async () => {
  // Both begin without dead rows, with fresh statistics, with everything in memory, and with nothing left to write.
  for (let nth = 0; nth < WARM_UP; nth += 1) for (const side of [few, many]) await round(side);
  for (const { sql } of [few, many]) await settle(sql);
  await few.sql.unsafe('checkpoint');
  for (const { figures } of [few, many]) figures.clear();
  for (let nth = 0; nth < ROUNDS; nth += 1) for (const side of nth % 2 === 0 ? [few, many] : [many, few]) await round(side);
  const table = [...few.figures].map(([name, small]) => {
    const large = many.figures.get(name) ?? { ms: [], walBytes: [] };
    const [fewMs, manyMs] = [median(small.ms), median(large.ms)];
    const wal = { fewWal: median(small.walBytes), manyWal: median(large.walBytes) };
    return { statement: name, few: fewMs.toFixed(2), many: manyMs.toFixed(2), ratio: (manyMs / fewMs).toFixed(2), ...wal };
  });
  console.table(table);
  expect(table.map(({ statement }) => statement)).toEqual([...many.figures.keys()]);
}, 900_000);

it('a claim is quick while an old snapshot keeps dead rows in the indexes of the queue', async () => {
  const old = postgres(many.url, { max: 1, onnotice: () => undefined });
  await old.unsafe('begin isolation level repeatable read');
  await old.unsafe('select count(*) from runtime_leases');
  const dead = jobCount(1000);
  await many.sql.unsafe(`insert into runtime_operation_log (op_id, game_id, op, source, source_ref, status, payload)
    select gen_random_uuid(), 'dead-' || i, 'stop', 'admin', '', 'queued', '{}' from generate_series(1, ${String(dead)}) i`);
  await many.sql.unsafe("update runtime_operation_log set status = 'running' where status = 'queued'");
  await many.sql.unsafe("update runtime_operation_log set status = 'failed', finished_at = now() where status = 'running'");
  const took: number[] = [];
  for (let nth = 0; nth < 5; nth += 1) {
    const begunAt = performance.now();
    expect(await many.journal.claim(anything())).toEqual([]);
    took.push(performance.now() - begunAt);
  }
  console.log(`claims with ${String(dead)} dead rows, in ms: ${took.map((ms) => ms.toFixed(1)).join(', ')}`);
  await old.unsafe('rollback');
  await old.end({ timeout: 1 });
}, 300_000);
