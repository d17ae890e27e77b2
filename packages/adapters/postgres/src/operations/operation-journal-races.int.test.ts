import { randomUUID } from 'node:crypto';
import { engineEndpoint, newRuntimeRecord, type RuntimeRecord } from '@galaxy/domain';
import {
  type Claim,
  type ClaimRequest,
  COORDINATOR_LEASE,
  HeldRowFault,
  type JobToQueue,
  knownOperation,
  type LeaseGrant,
  type OperationOutcome,
  type RecordChange,
} from '@galaxy/manager-ports';
import { type FaultProxy, type FreshDatabase, freshDatabase, startFaultProxy, testServers } from '@galaxy/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PgExecutor } from '../client/pg-executor.js';
import { PostgresExecutor } from '../client/postgres-executor.js';
import { PostgresLeases } from '../coordination/postgres-leases.js';
import { OtherSession } from '../other-session.test-support.js';
import { PostgresOutbox } from '../outbox/postgres-outbox.js';
import { PostgresRuntimeRecordStore } from '../records/postgres-runtime-record-store.js';
import { migrate } from '../schema/migrate.js';
import { EMPTY } from '../stores.test-support.js';
import { PostgresOperationJournal } from './postgres-operation-journal.js';

const NOW = new Date('2026-03-01T12:00:00Z');
const KNOWN = (['start', 'stop', 'reconcile'] as const).map(knownOperation);
const ANYTHING: ClaimRequest = {
  holder: 'process-1',
  ttlMs: 60_000,
  places: { start: 100, turn: 100, other: 100 },
  known: KNOWN,
  takeOver: true,
  inFlight: [],
};
const AT_ONCE = { reason: 'handover', delayMs: 0, unavailableMs: 0 } as const;

let entries = 0;
const start = (gameId: string): JobToQueue => ({
  opId: randomUUID(),
  stream: 'start_jobs',
  entryId: `1-${++entries}`,
  payloadHash: 'hash',
  job: { kind: 'start', gameId, imageRef: 'galaxy/engine:1.0.0', requestedAtMs: 0n },
  raw: '[["Z2FtZV9pZA==","Zw=="]]',
});

const starting = (gameId: string): RuntimeRecord =>
  newRuntimeRecord({ gameId, imageRef: 'galaxy/engine:1.0.0', status: 'starting', now: NOW });

const running = ({ gameId }: Claim): OperationOutcome => {
  const result = { gameId, outcome: 'success', containerId: 'container-1', engineEndpoint: engineEndpoint(gameId) } as const;
  return {
    record: {
      kind: 'patch',
      expected: { status: 'starting', containerId: null },
      set: { status: 'running', currentContainerId: 'container-1' },
    },
    result: { ...result, errorCode: '', errorMessage: '' },
    errorCode: '',
    deadLetter: null,
  };
};

/** What a concurrent statement of another process does to a journal's statement that is under way. */
describe('PostgresOperationJournal among other sessions', () => {
  let database: FreshDatabase;
  let executor: PostgresExecutor;
  let journal: PostgresOperationJournal;
  let records: PostgresRuntimeRecordStore;
  let outbox: PostgresOutbox;
  let lease: LeaseGrant;
  let other: OtherSession;
  let proxy: FaultProxy;

  beforeAll(async () => {
    database = await freshDatabase(testServers().postgresUrl);
    await migrate(database.url);
    executor = new PostgresExecutor({ url: database.url });
    journal = new PostgresOperationJournal(executor);
    records = new PostgresRuntimeRecordStore(executor);
    outbox = new PostgresOutbox(executor);
    other = new OtherSession(database.url);
    proxy = await startFaultProxy(database.url);
  });
  beforeEach(async () => {
    await executor.query(EMPTY);
    lease = (await new PostgresLeases(executor).acquire(COORDINATOR_LEASE, 'process-1', 60_000)) ?? expect.fail();
  });
  afterEach(async () => {
    await other.run('rollback');
    await proxy.set({ kind: 'pass' });
  });
  afterAll(async () => {
    await Promise.all([executor.close(), other.close(), proxy.stop()]);
    await database.drop();
  });

  const intakeOf = (jobs: readonly JobToQueue[]) => ({
    lease,
    jobs,
    deadLetters: [],
    cursors: { start_jobs: '9-9', stop_jobs: '9-9' },
    entriesRead: { start_jobs: 0, stop_jobs: 0 },
  });
  const begin = async (): Promise<Claim> => {
    await journal.ingest(intakeOf([start(`game-${entries}`)]));
    const [claim] = await journal.claim(ANYTHING);
    return claim ?? expect.fail('nothing to claim');
  };
  const beginWithRecord = async (): Promise<Claim> => {
    const claim = await begin();
    await records.upsert(starting(claim.gameId));
    return claim;
  };
  const whileCommitting = <T>(call: () => Promise<T>): Promise<T> => other.whileWaiting(call);
  /** Calls while the other session holds a row, which must not wait, and again when its transaction has ended. */
  const beforeAndAfter = async <T>(call: () => Promise<T>): Promise<T> => {
    await expect(call()).rejects.toThrow(HeldRowFault);
    await other.run('commit');
    return call();
  };

  const takeOverUncommitted = ({ opId }: Claim) =>
    other.run(`begin; update runtime_operation_log set attempt = attempt + 1, holder = 'process-2' where op_id = '${opId}'`);

  it('lets nothing of a holder through whose claim is being taken over when it finishes', async () => {
    const claim = await beginWithRecord();
    await takeOverUncommitted(claim);
    expect(await beforeAndAfter(() => journal.finish(claim, running(claim)))).toEqual({ kind: 'lost' });
    expect(await records.get(claim.gameId)).toMatchObject({ status: 'starting' });
    expect(await outbox.pending(10)).toEqual([]);
  });

  it('lets nothing of a holder through whose claim is being taken over when it records a step', async () => {
    const claim = await begin();
    await takeOverUncommitted(claim);
    const put: RecordChange = { kind: 'insert', record: starting(claim.gameId) };
    const step = { op: 'start', step: 'intent', previous: null, containerId: null } as const;
    expect(await beforeAndAfter(() => journal.advance(claim, step, put))).toEqual({ kind: 'lost' });
    expect(await records.list()).toEqual([]);
  });

  it('does not renew a claim that is being taken over, and renews the others', async () => {
    const [claim, free] = [await begin(), await begin()];
    await takeOverUncommitted(claim);
    expect(await journal.renew([claim, free], 60_000)).toMatchObject([{ state: 'unknown' }, { state: 'held' }]);
    await other.run('commit');
    expect(await journal.renew([claim, free], 60_000)).toMatchObject([{ state: 'lost' }, { state: 'held' }]);
  });

  it('does not release a claim that somebody else is taking over', async () => {
    const claim = await begin();
    await takeOverUncommitted(claim);
    await beforeAndAfter(() => journal.releaseClaim(claim, AT_ONCE));
    expect(await journal.renew([{ ...claim, attempt: 2 }], 60_000)).toMatchObject([{ state: 'held' }]);
  });

  it('changes nothing at all when the record is being moved while it finishes', async () => {
    const claim = await beginWithRecord();
    await other.run(`begin; update runtime_records set status = 'removed' where game_id = '${claim.gameId}'`);
    expect(await beforeAndAfter(() => journal.finish(claim, running(claim)))).toEqual({ kind: 'stale' });
    expect(await records.get(claim.gameId)).toMatchObject({ status: 'removed' });
    expect(await outbox.pending(10)).toEqual([]);
    expect(await journal.renew([claim], 60_000)).toMatchObject([{ state: 'held' }]);
  });

  it('keeps a pause that is written while it finishes, and counts both versions', async () => {
    const claim = await beginWithRecord();
    await other.run(`begin; update runtime_records set paused = true, version = version + 1 where game_id = '${claim.gameId}'`);
    expect(await beforeAndAfter(() => journal.finish(claim, running(claim)))).toMatchObject({ kind: 'applied' });
    expect(await records.get(claim.gameId)).toMatchObject({ status: 'running', paused: true, version: 3 });
  });

  it('changes nothing at all when a record appears while an insert is waiting', async () => {
    const claim = await begin();
    await other.run(
      `begin; insert into runtime_records values ('${claim.gameId}', 'removed', null, 'i', 'e', false, now(), null, null, now(), now())`,
    );
    const put: RecordChange = { kind: 'insert', record: starting(claim.gameId) };
    const step = { op: 'start', step: 'intent', previous: null, containerId: null } as const;
    expect(await whileCommitting(() => journal.advance(claim, step, put))).toEqual({ kind: 'stale' });
    expect(await records.get(claim.gameId)).toMatchObject({ status: 'removed' });
  });

  it('takes nothing in when the lease is lost while the intake is waiting', async () => {
    await other.run("begin; update runtime_leases set holder = 'process-2', epoch = epoch + 1");
    expect(await whileCommitting(() => journal.ingest(intakeOf([start('late')])))).toEqual({ kind: 'lost' });
    expect(await journal.claim(ANYTHING)).toEqual([]);
    expect(await journal.cursors()).toEqual({ start_jobs: null, stop_jobs: null });
  });

  it('claims nothing, and throws nothing, when an older operation appears while the next one is being claimed', async () => {
    const [older, newer] = [start('game'), start('game')];
    await journal.ingest(intakeOf([older, newer]));
    await other.run(
      `begin; update runtime_operation_log set status = 'running', attempt = 1, holder = 'process-2' where op_id = '${newer.opId}'`,
    );
    expect(await whileCommitting(() => journal.claim(ANYTHING))).toEqual([]);
    expect(await journal.claim(ANYTHING)).toEqual([]);
  });

  it('gives a take-over the record that the previous holder installed while the claim was under way', async () => {
    const previous = await begin();
    await journal.releaseClaim(previous, AT_ONCE);
    const late = starting(previous.gameId);
    // The previous holder's last step is committed after the claim's statement has looked at the records.
    const slow: PgExecutor = {
      query: async (query) => {
        const rows = await executor.query(query);
        if (query.name === 'claim') await records.upsert(late);
        return rows;
      },
      ping: () => executor.ping(),
      close: () => executor.close(),
    };
    expect(await new PostgresOperationJournal(slow).claim(ANYTHING)).toMatchObject([{ attempt: 2, record: late }]);
  });

  it('publishes nothing for operations that did not come by a stream', async () => {
    const opId = randomUUID();
    const job = JSON.stringify({ kind: 'stop', gameId: 'game', reason: 'admin_request', requestedAtMs: '0' });
    await other.run(
      `insert into runtime_operation_log (op_id, game_id, op, source, source_ref, status, payload) values ('${opId}', 'game', 'stop', 'admin', 'request-1', 'queued', '${job}')`,
    );
    const [claim = expect.fail('nothing to claim')] = await journal.claim(ANYTHING);
    expect(claim).toMatchObject({ opId, source: 'admin', sourceRef: 'request-1', job: { reason: 'admin_request' } });
    const outcome: OperationOutcome = { ...running(claim), record: { kind: 'keep' } };
    expect(await journal.finish(claim, outcome)).toEqual({ kind: 'applied', publish: [] });
    expect(await journal.finish(claim, outcome)).toEqual({ kind: 'already_mine', publish: [] });
    expect(await outbox.pending(10)).toEqual([]);
  });

  it("finds the other games' operations behind twenty thousand of one busy game", async () => {
    for (let n = 0; n < 10; n++) await journal.ingest(intakeOf(Array.from({ length: 2000 }, () => start('busy'))));
    const others = Array.from({ length: 10 }, (_, n) => `other-${n}`);
    await journal.ingest(intakeOf(others.map(start)));
    const first = await journal.claim({ ...ANYTHING, places: { start: 1, turn: 100, other: 100 } });
    expect(first.map(({ gameId }) => gameId)).toEqual(['busy']);
    const second = await journal.claim(ANYTHING);
    expect(second.map(({ gameId }) => gameId)).toEqual(others);
    const third = await journal.claim(ANYTHING);
    expect(third).toEqual([]);
  });

  describe('when the reply is lost', () => {
    let remote: PostgresOperationJournal;
    let remoteExecutor: PostgresExecutor;
    beforeEach(() => {
      // One connection: a statement that was prepared once is sent whole the next time, so that only its reply can be lost.
      remoteExecutor = new PostgresExecutor({ url: proxy.url, deadlineMs: 700, maxConnections: 1 });
      remote = new PostgresOperationJournal(remoteExecutor);
    });
    afterEach(() => remoteExecutor.close());

    /** Carries a call out on the server, cuts the connection before the reply, and heals the network. */
    const withoutReply = async (call: () => Promise<unknown>): Promise<void> => {
      await proxy.set({ kind: 'drop_replies' });
      await expect(call()).rejects.toMatchObject({ code: 'postgres_unavailable', effect: 'unknown' });
      await proxy.set({ kind: 'pass' });
      proxy.resetAll();
    };

    it('finds its finish done when it calls again', async () => {
      const claim = await beginWithRecord();
      await remote.finish({ opId: randomUUID(), attempt: 1 }, running(claim));
      await withoutReply(() => remote.finish(claim, running(claim)));
      const again = await remote.finish(claim, running(claim));
      expect(again).toMatchObject({ kind: 'already_mine', publish: [{ message: { number: 1n } }] });
      expect(await outbox.pending(10)).toHaveLength(1);
      expect(await records.get(claim.gameId)).toMatchObject({ status: 'running' });
    });

    it('finds its intake done when it calls again', async () => {
      await remote.ingest(intakeOf([]));
      const intake = intakeOf([start('game-a'), start('game-b')]);
      await withoutReply(() => remote.ingest(intake));
      expect(await remote.ingest(intake)).toEqual({ kind: 'ingested', queued: 0 });
      expect(await remote.claim(ANYTHING)).toHaveLength(2);
    });

    it('finds its step done when it calls again', async () => {
      const claim = await begin();
      const step = { op: 'start', step: 'intent', previous: null, containerId: null } as const;
      await remote.advance({ opId: randomUUID(), attempt: 1 }, step, { kind: 'keep' });
      const put: RecordChange = { kind: 'insert', record: starting(claim.gameId) };
      await withoutReply(() => remote.advance(claim, step, put));
      expect(await remote.advance(claim, step, put)).toEqual({ kind: 'already_mine' });
    });
  });
});
