import { randomUUID } from 'node:crypto';
import { newRuntimeRecord } from '@galaxy/domain';
import type { Claim, Intake, JobToQueue, OperationOutcome } from '@galaxy/manager-ports';
import { describe, expect, it } from 'vitest';
import { ANYTHING, raceFixture } from '../race-fixture.test-support.js';

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
  const at = raceFixture();

  const intakeOf = (...jobs: JobToQueue[]): Intake => ({
    lease: at.lease,
    jobs,
    deadLetters: [],
    cursors: { start_jobs: '9-9', stop_jobs: '9-9' },
    entriesRead: { start_jobs: 0, stop_jobs: 0 },
  });
  const work = async (...jobs: JobToQueue[]): Promise<void> => {
    await at.stores.journal.ingest(intakeOf(...jobs));
    for (const claim of await at.stores.journal.claim(ANYTHING)) await at.stores.journal.finish(claim, ended(claim));
  };

  it('that ends while an intake of the same entry waits is seen by it', async () => {
    const job = stop('a');
    await work(job);
    await at.other.run(LOCK_LEASE);
    const again = await at.other.whileWaiting(() => at.stores.journal.ingest(intakeOf(job, stop('b'))), {
      meanwhile: async () => {
        await at.other.run(`delete from runtime_operation_log where op_id = '${job.opId}'`);
        await at.other.run(`update runtime_stream_cursors set pruned_up_to = '${job.entryId}' where stream = 'stop_jobs'`);
      },
    });
    expect(again).toEqual({ kind: 'ingested', queued: 1 });
    expect((await at.stores.journal.claim(ANYTHING)).map(({ gameId }) => gameId)).toEqual(['b']);
  });

  it('that waited for an intake of the same entry deletes what it was to delete', async () => {
    const job = stop('a');
    await work(job);
    await at.other.run(LOCK_LEASE);
    await at.other.whileWaiting(() => at.stores.history.pruneOperations(at.lease, OLD));
    expect(await at.stores.journal.ingest(intakeOf(job))).toEqual({ kind: 'ingested', queued: 0 });
    expect(await at.stores.log.listByGame('a', { limit: 10 })).toEqual([]);
  });

  it('does not wait for a row that somebody else has locked, and leaves it', async () => {
    const [locked, free] = [stop('a'), stop('b')];
    await work(locked, free);
    await at.other.run(`begin; select from runtime_operation_log where op_id = '${locked.opId}' for update`);
    expect(await at.stores.history.pruneOperations(at.lease, OLD)).toEqual({ kind: 'pruned', looked: 2, deleted: 1 });
    expect(await at.stores.log.listByGame('a', { limit: 10 })).toHaveLength(1);
  });

  it('holds up no claim', async () => {
    await work(stop('a'));
    await at.stores.journal.ingest(intakeOf(stop('b')));
    await at.other.run('begin; select from runtime_leases for update; delete from runtime_operation_log where finished_at is not null');
    expect((await at.stores.journal.claim(ANYTHING)).map(({ gameId }) => gameId)).toEqual(['b']);
  });

  it('does not take a record that a start brings back meanwhile', async () => {
    await at.stores.records.upsert(newRuntimeRecord({ gameId: 'a', imageRef: 'galaxy/engine:1.0.0', status: 'removed', now: new Date(0) }));
    await at.other.run(LOCK_LEASE);
    const outcome = await at.other.whileWaiting(() => at.stores.history.pruneRecords(at.lease, OLD), {
      meanwhile: async () => {
        await at.other.run("update runtime_records set status = 'starting' where game_id = 'a'");
      },
    });
    expect(outcome).toEqual({ kind: 'pruned', looked: 0, deleted: 0 });
    expect((await at.stores.records.get('a')).status).toBe('starting');
  });
});
