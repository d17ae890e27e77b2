import { randomUUID } from 'node:crypto';
import { newRuntimeRecord } from '@galaxy/domain';
import {
  type Claim,
  type ClaimRequest,
  type Intake,
  type JobToQueue,
  knownOperation,
  type LeaseGrant,
  type OperationOutcome,
} from '@galaxy/manager-ports';
import { type FreshDatabase, freshDatabase, testServers } from '@galaxy/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PostgresExecutor } from '../client/postgres-executor.js';
import { OtherSession } from '../other-session.test-support.js';
import { migrate } from '../schema/migrate.js';
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
const OLD = { keepMs: 0, limit: 100 };
const LOCK_LEASE = "begin; select from runtime_leases where name = 'coordinator' for update";

let entries = 0;
const stop = (gameId: string): JobToQueue => ({
  opId: randomUUID(),
  stream: 'stop_jobs',
  entryId: `1-${++entries}`,
  payloadHash: 'hash',
  job: { kind: 'stop', gameId, reason: 'finished', requestedAtMs: 0n },
  raw: '[]',
});
const ended = ({ gameId }: Claim): OperationOutcome => ({
  record: { kind: 'keep' },
  result: { gameId, outcome: 'failure', containerId: '', engineEndpoint: '', errorCode: 'not_found', errorMessage: '' },
  errorCode: 'not_found',
  deadLetter: null,
});

/** Deletions of old operations and records that meet other work in one database. */
describe('a deletion', () => {
  let database: FreshDatabase;
  let executor: PostgresExecutor;
  let stores: ReturnType<typeof storesOver>;
  let other: OtherSession;
  let lease: LeaseGrant;

  beforeAll(async () => {
    database = await freshDatabase(testServers().postgresUrl);
    await migrate(database.url);
    executor = new PostgresExecutor({ url: database.url });
    stores = storesOver(executor);
    other = new OtherSession(database.url);
  });
  beforeEach(async () => {
    await executor.query(EMPTY);
    lease = (await stores.leases.acquire('coordinator', 'process-1', 60_000)) ?? expect.fail();
  });
  afterEach(() => other.run('rollback'));
  afterAll(async () => {
    await other.close();
    await executor.close();
    await database.drop();
  });

  const intakeOf = (...jobs: JobToQueue[]): Intake => ({
    lease,
    jobs,
    deadLetters: [],
    cursors: { start_jobs: '9-9', stop_jobs: '9-9' },
    entriesRead: { start_jobs: 0, stop_jobs: 0 },
  });
  const work = async (...jobs: JobToQueue[]): Promise<void> => {
    await stores.journal.ingest(intakeOf(...jobs));
    for (const claim of await stores.journal.claim(ANYTHING)) await stores.journal.finish(claim, ended(claim));
  };

  it('that ends while an intake of the same entry waits is seen by it', async () => {
    const job = stop('a');
    await work(job);
    await other.run(LOCK_LEASE);
    const again = await other.whileWaiting(() => stores.journal.ingest(intakeOf(job, stop('b'))), {
      meanwhile: async () => {
        await other.run(`delete from runtime_operation_log where op_id = '${job.opId}'`);
        await other.run(`update runtime_stream_cursors set pruned_up_to = '${job.entryId}' where stream = 'stop_jobs'`);
      },
    });
    expect(again).toEqual({ kind: 'ingested', queued: 1 });
    expect((await stores.journal.claim(ANYTHING)).map(({ gameId }) => gameId)).toEqual(['b']);
  });

  it('that waited for an intake of the same entry deletes what it was to delete', async () => {
    const job = stop('a');
    await work(job);
    await other.run(LOCK_LEASE);
    await other.whileWaiting(() => stores.history.pruneOperations(lease, OLD));
    expect(await stores.journal.ingest(intakeOf(job))).toEqual({ kind: 'ingested', queued: 0 });
    expect(await stores.log.listByGame('a', { limit: 10 })).toEqual([]);
  });

  it('does not wait for a row that somebody else has locked, and leaves it', async () => {
    const [locked, free] = [stop('a'), stop('b')];
    await work(locked, free);
    await other.run(`begin; select from runtime_operation_log where op_id = '${locked.opId}' for update`);
    expect(await stores.history.pruneOperations(lease, OLD)).toEqual({ kind: 'pruned', looked: 2, deleted: 1 });
    expect(await stores.log.listByGame('a', { limit: 10 })).toHaveLength(1);
  });

  it('holds up no claim', async () => {
    await work(stop('a'));
    await stores.journal.ingest(intakeOf(stop('b')));
    await other.run('begin; select from runtime_leases for update; delete from runtime_operation_log where finished_at is not null');
    expect((await stores.journal.claim(ANYTHING)).map(({ gameId }) => gameId)).toEqual(['b']);
  });

  it('does not take a record that a start brings back meanwhile', async () => {
    await stores.records.upsert(newRuntimeRecord({ gameId: 'a', imageRef: 'galaxy/engine:1.0.0', status: 'removed', now: new Date(0) }));
    await other.run(LOCK_LEASE);
    const outcome = await other.whileWaiting(() => stores.history.pruneRecords(lease, OLD), {
      meanwhile: async () => {
        await other.run("update runtime_records set status = 'starting' where game_id = 'a'");
      },
    });
    expect(outcome).toEqual({ kind: 'pruned', looked: 0, deleted: 0 });
    expect((await stores.records.get('a')).status).toBe('starting');
  });
});
