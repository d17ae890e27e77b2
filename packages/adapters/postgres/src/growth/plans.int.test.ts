import { randomUUID } from 'node:crypto';
import { newRuntimeRecord } from '@galaxy/domain';
import {
  type Claim,
  COORDINATOR_LEASE,
  type JobToQueue,
  knownOperation,
  type LeaseGrant,
  type OperationOutcome,
} from '@galaxy/manager-ports';
import { type FreshDatabase, freshDatabase, testServers } from '@galaxy/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate } from '../schema/migrate.js';
import { storesOver } from '../stores.test-support.js';
import { type ExplainingExecutor, explainingExecutor } from './explained.test-support.js';

/** Each statement below is about so many games. */
const AT_ONCE = 8;
/** More than each of them needs, and less than the smallest of the tables or of their indexes has. */
const MOST_PAGES = 400;
const MAY_BE_READ_WHOLE = ['runtime_stream_cursors', 'runtime_holds', 'runtime_settings', 'runtime_publishing', 'runtime_leases'];
const KEEP_MS = 90 * 86_400_000;

let database: FreshDatabase;
let executor: ExplainingExecutor;
let stores: ReturnType<typeof storesOver>;
let lease: LeaseGrant;

beforeAll(async () => {
  database = await freshDatabase(testServers().postgresUrl);
  await migrate(database.url);
  executor = explainingExecutor(database.url);
  stores = storesOver(executor);
  await loadHistory();
  lease = (await stores.leases.acquire(COORDINATOR_LEASE, 'holder', 3_600_000)) ?? expect.fail('the lease is taken');
});
afterAll(async () => {
  await executor.close();
  await database.drop();
});

// Of 30 000 games that were played: 30 000 records, 90 000 operations, 60 000 messages, 30 000 lanes; some are due for deletion. 10 000 starts wait.
async function loadHistory(): Promise<void> {
  const at = "now() - case when i <= 1000 then interval '100 days' else interval '1 day' end + i * interval '1 microsecond'";
  const run = (text: string) => executor.load(text);
  await run(`insert into runtime_records (game_id, status, current_image_ref, engine_endpoint, paused, created_at, removed_at, last_op_at)
    select 'g' || i, case when i % 3 = 0 then 'stopped' else 'removed' end, 'galaxy/engine:1.0.0', 'http://galaxy-game-g' || i || ':8080',
      false, at, at, at from generate_series(1, 30000) i, lateral (select ${at} as at) t`);
  await run(`insert into runtime_operation_log
      (op_id, game_id, op, class, source, source_ref, status, stream, entry_id, payload_hash, payload, attempt, queued_at, started_at, finished_at)
    select gen_random_uuid(), 'g' || 1 + i / 3, 'stop', 'other', 'lobby', i || '-0', 'succeeded', 'stop_jobs', i || '-0', 'h', '{}', 1, at, at, at
    from generate_series(1, 90000) i, lateral (select ${at} as at) t`);
  await run(`insert into runtime_operation_log (op_id, game_id, op, source, source_ref, status, payload)
    select gen_random_uuid(), 'waiting-' || i, 'start', 'admin', '', 'queued',
      json_build_object('kind', 'start', 'gameId', 'waiting-' || i, 'imageRef', 'galaxy/engine:1.0.0', 'requestedAtMs', '0')
    from generate_series(1, 10000) i`);
  await run(`insert into runtime_lanes (kind, lane, last_number) select 'job_result', 'g' || i, 2 from generate_series(1, 30000) i`);
  await run(`insert into runtime_outbox (kind, lane, number, numbered, dedupe_key, payload, published_at, entry_id)
    select 'job_result', 'g' || 1 + i / 2, 1 + i % 2, true, 'old-' || i, '{}', at, i || '-0'
    from generate_series(1, 60000) i, lateral (select ${at} as at) t`);
  await run("insert into runtime_stream_cursors (stream, cursor) values ('start_jobs', '0-0'), ('stop_jobs', '1-0')");
  await run(`insert into runtime_settings (key, value) select 'history_place', (extract(epoch from finished_at) * 1000000)::bigint || ' ' || ord
    from runtime_operation_log where entry_id = '700-0'`);
  await run('analyze');
}

let entries = 0;
function queued(kind: 'start' | 'stop'): JobToQueue {
  const entryId = `1767225600000-${String(++entries)}`;
  const gameId = `new-${String(entries)}`;
  const job =
    kind === 'start'
      ? ({ kind, gameId, imageRef: 'galaxy/engine:1.0.0', requestedAtMs: 0n } as const)
      : ({ kind, gameId, reason: 'finished', requestedAtMs: 0n } as const);
  return { opId: randomUUID(), stream: `${kind}_jobs`, entryId, payloadHash: 'hash', job, raw: '[]' };
}

const ended = ({ gameId }: Claim): OperationOutcome => ({
  record: { kind: 'insert', record: newRuntimeRecord({ gameId, imageRef: 'galaxy/engine:1.0.0', status: 'starting', now: new Date(0) }) },
  result: { gameId, outcome: 'failure', containerId: '', engineEndpoint: '', errorCode: 'not_found', errorMessage: '' },
  errorCode: 'not_found',
  deadLetter: null,
});

/** Everything that is called again and again, on games that are played now, beside the history. */
async function playGames(): Promise<void> {
  const { journal, outbox, reconcileQueue, history, operationQueue } = stores;
  const jobs = Array.from({ length: AT_ONCE }, (_, n) => queued(n % 2 === 0 ? 'start' : 'stop'));
  const entriesRead = { start_jobs: AT_ONCE / 2, stop_jobs: AT_ONCE / 2 };
  await journal.ingest({
    lease,
    jobs,
    deadLetters: [],
    cursors: { start_jobs: '1767225600000-7', stop_jobs: '1767225600000-8' },
    entriesRead,
  });
  await operationQueue.enqueue({
    opId: randomUUID(),
    source: 'admin',
    sourceRef: 'request',
    requestedBy: 'operator',
    job: { kind: 'stop', gameId: 'requested', reason: 'finished', requestedAtMs: 0n },
  });
  await reconcileQueue.games(['g1', 'g2', 'nobody'], { after: 'g2', limit: AT_ONCE });
  await reconcileQueue.lookAt(['g1', 'g2', 'nobody']);
  const act = { kind: 'reconcile', gameId: 'g5', verdict: 'leave', orphans: ['container'], reason: 'orphan' } as const;
  await reconcileQueue.queue(lease, [{ opId: randomUUID(), job: act }]);
  const known = (['start', 'stop', 'reconcile'] as const).map(knownOperation);
  const request = {
    holder: 'process',
    ttlMs: 600_000,
    places: { start: AT_ONCE / 2, turn: 20, other: 20 },
    known,
    takeOver: true,
    inFlight: [],
  };
  const claims = await journal.claim(request);
  expect(claims).toHaveLength(AT_ONCE + 2);
  await journal.renew(claims, 600_000);
  const start = claims.find(({ job }) => job.kind === 'start') ?? expect.fail('no start');
  await journal.advance(start, { op: 'start', step: 'intent', previous: null, containerId: null }, { kind: 'keep' });
  const [released, ...others] = claims.filter(({ source }) => source === 'lobby');
  await journal.releaseClaim(released ?? expect.fail('no claim'), { reason: 'handover', delayMs: 0, unavailableMs: 0 });
  await Promise.all(others.map((claim) => journal.finish(claim, ended(claim))));
  await journal.claim({ ...request, places: { start: 0, turn: 0, other: 0 } });
  const pending = await outbox.pending(AT_ONCE);
  await outbox.markPublished(pending.map(({ id }) => ({ id, epoch: 0n, entryId: '5-0' })));
  await outbox.lane({ kind: 'job_result', lane: 'g7' }, { fromNumber: 1n, markedWithinMs: 60_000, limit: AT_ONCE });
  await outbox.backlog();
  await outbox.lately(60_000);
  await outbox.state();
  await outbox.prune(KEEP_MS, AT_ONCE);
  await history.pruneOperations(lease, { keepMs: KEEP_MS, limit: AT_ONCE });
  await history.pruneRecords(lease, { keepMs: KEEP_MS, limit: AT_ONCE });
  await stores.log.listByGame('g9', { limit: AT_ONCE });
  await stores.records.get('g9');
  await stores.records.listPage({ status: 'stopped', after: 'g2', limit: AT_ONCE });
}

it('no statement reads a large table whole, or more pages than its games need', async () => {
  await playGames();
  const bad = executor.explained.filter(
    ({ scanned, pages }) => pages > MOST_PAGES || scanned.some((one) => !MAY_BE_READ_WHOLE.includes(one)),
  );
  expect(bad).toEqual([]);
});
