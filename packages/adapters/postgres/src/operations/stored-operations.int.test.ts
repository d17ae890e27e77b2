import { randomUUID } from 'node:crypto';
import { type Claim, type ClaimRequest, COORDINATOR_LEASE, knownOperation, type OperationOutcome } from '@galaxy/manager-ports';
import { type FreshDatabase, freshDatabase, testServers } from '@galaxy/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PgExecutor } from '../client/pg-executor.js';
import { PostgresExecutor } from '../client/postgres-executor.js';
import { PostgresReconcileQueue } from '../queue/postgres-reconcile-queue.js';
import { migrate } from '../schema/migrate.js';
import { text } from '../sql/row.js';
import type { Query } from '../sql/statement.js';
import { EMPTY, storesOver } from '../stores.test-support.js';

const KNOWN = (['start', 'stop', 'reconcile'] as const).map(knownOperation);
const ANYTHING: ClaimRequest = {
  holder: 'process-1',
  ttlMs: 60_000,
  places: { start: 100, turn: 100, other: 100 },
  known: KNOWN,
  takeOver: true,
  inFlight: [],
};
const RAW = '[["Z2FtZV9pZA==","Zw=="]]';
const UNREADABLE = [
  { kind: 'start', gameId: 'game' },
  { kind: 'start', gameId: 'game', imageRef: 'a', requestedAtMs: '1.5' },
  { kind: 'stop', gameId: 'game', reason: 'boredom', requestedAtMs: '0' },
  { kind: 'reconcile', gameId: 'game', verdict: 'remove', orphans: [1], reason: '' },
  { kind: 'reconcile', gameId: 'game', verdict: 'explode', orphans: [], reason: '' },
  { kind: 'invalid', gameId: 'game', of: 'turn', message: '' },
  { kind: 'later_version', gameId: 'game' },
  { kind: 'reconcile', gameId: 'game', verdict: 'remove', orphans: [], reason: 'a job of another operation' },
  { kind: 'toString', gameId: 'game' },
  { kind: 'start', imageRef: 'a', requestedAtMs: '0' },
  'text',
  null,
  7,
];

/** What rows of the operation log may hold beside what this version writes. */
describe('stored operations', () => {
  let database: FreshDatabase;
  let executor: PostgresExecutor;
  let stores: ReturnType<typeof storesOver>;

  beforeAll(async () => {
    database = await freshDatabase(testServers().postgresUrl);
    await migrate(database.url);
    executor = new PostgresExecutor({ url: database.url });
    stores = storesOver(executor);
  });
  beforeEach(() => executor.query(EMPTY));
  afterAll(async () => {
    await executor.close();
    await database.drop();
  });

  const sql = (text: string, ...params: Query['params']) => executor.query({ name: 'test', text, params });
  const insert = async (gameId: string, op: string, source: string, payload: unknown): Promise<string> => {
    const opId = randomUUID();
    await sql(
      `insert into runtime_operation_log (op_id, game_id, op, source, source_ref, status, payload)
        values ($1::uuid, $2, $3, $4, 'ref', 'queued', $5::text::json)`,
      opId,
      gameId,
      op,
      source,
      JSON.stringify(payload),
    );
    return opId;
  };
  const ingest = async (gameId: string) => {
    const lease = (await stores.leases.acquire(COORDINATOR_LEASE, 'process-1', 60_000)) ?? expect.fail();
    const job = { kind: 'start', gameId, imageRef: 'galaxy/engine:1.0.0', requestedAtMs: 0n } as const;
    const toQueue = { opId: randomUUID(), stream: 'start_jobs', entryId: '1-1', payloadHash: gameId, job, raw: RAW } as const;
    const cursors = { start_jobs: '1-1', stop_jobs: '0-0' };
    await stores.journal.ingest({ lease, jobs: [toQueue], deadLetters: [], cursors, entriesRead: { start_jobs: 1, stop_jobs: 0 } });
    return toQueue.opId;
  };
  const ended = ({ gameId }: Claim): OperationOutcome => ({
    record: { kind: 'keep' },
    result: { gameId, outcome: 'failure', containerId: '', engineEndpoint: '', errorCode: 'invalid_job', errorMessage: '' },
    errorCode: 'invalid_job',
    deadLetter: null,
  });

  it('are released alone and uncounted when they cannot be read, and keep nothing else from being claimed', async () => {
    for (const [n, payload] of UNREADABLE.entries()) await insert(`broken-${n}`, n % 2 === 0 ? 'start' : 'stop', 'lobby', payload);
    const good = await ingest('good');
    for (let round = 1; round <= 7; round++) {
      const unreadable: string[] = [];
      const claims = await stores.journal.claim(ANYTHING, ({ gameId }) => unreadable.push(gameId));
      expect(claims.map(({ opId }) => opId)).toEqual(round === 1 ? [good] : []);
      expect(unreadable).toEqual(UNREADABLE.map((_, n) => `broken-${n}`));
      await sql("update runtime_operation_log set claim_expires_at = clock_timestamp() where holder is null and status = 'running'");
    }
    const rows = await sql("select status, failures, error_code from runtime_operation_log where game_id <> 'good'");
    expect(rows).toEqual(UNREADABLE.map(() => ({ status: 'running', failures: 0, error_code: '' })));
  });

  it('tell what was asked for from their payload, when they were queued by the version before', async () => {
    const stop = { kind: 'stop', gameId: 'game', reason: 'finished', requestedAtMs: '1767225600000' };
    await insert('game', 'stop', 'lobby', stop);
    await insert('game', 'restart', 'admin', { kind: 'later_version', gameId: 'game' });
    expect(await stores.log.listByGame('game', { limit: 10 })).toMatchObject([
      {
        class: 'start',
        job: { kind: 'unreadable', stored: { kind: 'later_version' } },
        reason: '',
        requestedAtMs: null,
        requestedBy: 'admin',
      },
      {
        ...{ class: 'other', reason: 'finished', requestedAtMs: 1_767_225_600_000n, requestedBy: 'lobby' },
        job: { ...stop, requestedAtMs: 1_767_225_600_000n },
      },
    ]);
  });

  it('have what they were asked for in columns, for queries by hand', async () => {
    const job = { kind: 'stop', gameId: 'game', reason: 'timeout', requestedAtMs: 5n } as const;
    await stores.operationQueue.enqueue({ opId: randomUUID(), source: 'admin', sourceRef: 'r-17', job, requestedBy: 'ann' });
    await ingest('game');
    const rows = await sql(
      'select class, reason, requested_at_ms::int as ms, requested_by, request_hash from runtime_operation_log order by ord',
    );
    expect(rows).toEqual([
      { class: 'other', reason: 'timeout', ms: 5, requested_by: 'ann', request_hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      { class: 'start', reason: '', ms: null, requested_by: 'lobby', request_hash: null },
    ]);
  });

  it('are left alone by those that cannot read the record of their game', async () => {
    await insert('game', 'stop', 'lobby', { kind: 'stop', gameId: 'game', reason: 'cancelled', requestedAtMs: '0' });
    await sql(`insert into runtime_records values ('game', 'running', 'c', 'i', 'e', false, now(), null, null, null, now())`);
    await sql('alter table runtime_records drop constraint runtime_records_status_chk');
    await sql("update runtime_records set status = 'of later'");
    const unreadable: string[] = [];
    expect(await stores.journal.claim(ANYTHING, ({ reason }) => unreadable.push(reason))).toEqual([]);
    expect(unreadable).toEqual([expect.stringContaining('status')]);
  });

  it('keep the entry as it was until they have ended', async () => {
    const opId = await ingest('game');
    const rawOf = async () => (await sql('select raw from runtime_operation_log where op_id = $1::uuid', opId))[0]?.['raw'];
    const [first = expect.fail('nothing to claim')] = await stores.journal.claim(ANYTHING);
    await stores.journal.releaseClaim(first, { reason: 'handover', delayMs: 0, unavailableMs: 0 });
    const [claim = expect.fail('nothing to claim')] = await stores.journal.claim(ANYTHING);
    expect(claim).toMatchObject({ attempt: 2, entry: { stream: 'start_jobs', entryId: '1-1', raw: RAW } });
    expect(await rawOf()).toBe(RAW);
    await stores.journal.finish(claim, ended(claim));
    expect(await rawOf()).toBeNull();
  });

  it('have an empty entry when they were queued before entries were kept', async () => {
    await ingest('game');
    await sql('update runtime_operation_log set raw = null');
    const [claim] = await stores.journal.claim(ANYTHING);
    expect(claim?.entry).toEqual({ stream: 'start_jobs', entryId: '1-1', raw: '[]' });
  });

  it('that have ended, and records that are removed or stopped, are walked over by no look of the reconciler', async () => {
    await sql(`insert into runtime_records select 'old-' || n, 'removed', null, 'i', 'e', false, now(), null, null, now(), now()
      from generate_series(1, 20000) n`);
    await sql(`insert into runtime_operation_log (op_id, game_id, op, source, source_ref, status, payload)
      select gen_random_uuid(), 'old-' || n % 20000, 'start', 'lobby', '', 'succeeded', '{}' from generate_series(1, 60000) n`);
    await sql(`insert into runtime_records select 'new-' || n, 'running', 'c', 'i', 'e', false, now(), null, null, null, now()
      from generate_series(1, 50) n`);
    await sql(`insert into runtime_records select 'kept-' || n, 'stopped', 'c', 'i', 'e', false, now(), null, now(), null, now()
      from generate_series(1, 20000) n`);
    await insert('new-1', 'stop', 'lobby', {});
    await sql('analyze');
    const queries: Query[] = [];
    const spy: PgExecutor = {
      query: (query) => {
        queries.push(query);
        return executor.query(query);
      },
      ping: () => executor.ping(),
      close: () => executor.close(),
    };
    const games = await new PostgresReconcileQueue(spy).games(['old-1', 'unknown'], { after: 'kept-', limit: 10 });
    expect(games).toHaveLength(62);
    expect(games.filter(({ open }) => open).map(({ gameId }) => gameId)).toEqual(['new-1']);
    await new PostgresReconcileQueue(spy).lookAt(['old-1', 'unknown', 'new-1']);
    for (const { text: statement, params } of queries) {
      const plan = (await sql(`explain ${statement}`, ...params)).map((row) => text(row, 'QUERY PLAN')).join('\n');
      expect(plan).not.toMatch(/Seq Scan on runtime/);
      expect(plan).not.toMatch(/runtime_operation_log_game_key|runtime_operation_log_pkey/);
    }
  });
});
