import { randomUUID } from 'node:crypto';
import { type ClaimRequest, knownOperation } from '@galaxy/manager-ports';
import { type FreshDatabase, freshDatabase, testServers } from '@galaxy/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { PostgresExecutor } from '../client/postgres-executor.js';
import { plantRow } from '../plant-row.test-support.js';
import { migrate } from '../schema/migrate.js';
import { EMPTY, storesOver } from '../stores.test-support.js';

const ANYTHING: ClaimRequest = {
  holder: 'process-1',
  ttlMs: 200,
  places: { start: 4, turn: 4, other: 32 },
  known: (['start', 'stop', 'reconcile'] as const).map(knownOperation),
  takeOver: true,
  inFlight: [],
};

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

const sql = (text: string) => executor.query({ name: 'test', text, params: [] });
const expireAll = () => sql("update runtime_operation_log set claim_expires_at = clock_timestamp() where status = 'running'");

// A newer replica has written these rows into the database that both use.
it('rows of a newer version fail no other operation, however often an older one looks', async () => {
  await plantRow(executor, { gameId: 'patched', op: 'patch', step: { name: 'rolling_back', version: 1 } });
  await plantRow(executor, { gameId: 'unreadable', op: 'start', isReadable: false });
  const restart = await plantRow(executor, { gameId: 'restarted', op: 'restart' });
  const stops = await Promise.all([0, 1, 2].map((n) => plantRow(executor, { gameId: `innocent-${n}`, op: 'stop' })));
  for (let round = 1; round <= 8; round++) {
    const claims = await stores.journal.claim({ ...ANYTHING, holder: randomUUID() });
    expect(claims.map(({ opId }) => opId).sort()).toEqual([...stops].sort());
    for (const claim of claims) {
      expect(claim).toMatchObject({ attempt: round, failures: 0 });
      await stores.journal.releaseClaim(claim, { reason: 'handover', delayMs: 0, unavailableMs: 0 });
    }
    await expireAll();
  }
  expect(await sql('select game_id, status, attempt, failures, error_code from runtime_operation_log order by game_id limit 2')).toEqual([
    { game_id: 'innocent-0', status: 'running', attempt: 8, failures: 0, error_code: '' },
    { game_id: 'innocent-1', status: 'running', attempt: 8, failures: 0, error_code: '' },
  ]);
  expect(await stores.log.get(restart)).toMatchObject({ status: 'queued', attempt: 0, failures: 0 });
  expect(await sql("select status, step, attempt from runtime_operation_log where game_id = 'patched'")).toEqual([
    { status: 'running', step: 'rolling_back', attempt: 1 },
  ]);
  expect(await sql("select status, failures from runtime_operation_log where game_id = 'unreadable'")).toEqual([
    { status: 'running', failures: 0 },
  ]);
});

it('an older and a newer build share the work: each does what it knows', async () => {
  const older = { ...ANYTHING, holder: 'older', ttlMs: 60_000 };
  const newer = { ...older, holder: 'newer', known: [...ANYTHING.known, knownOperation('restart')] };
  await plantRow(executor, { gameId: 'a', op: 'restart', isReadable: false });
  const behind = await plantRow(executor, { gameId: 'a', op: 'stop' });
  const other = await plantRow(executor, { gameId: 'b', op: 'stop' });
  expect((await stores.journal.claim(older)).map(({ opId }) => opId)).toEqual([other]);
  const taken: string[] = [];
  expect(await stores.journal.claim(newer, ({ op }) => taken.push(op))).toEqual([]);
  expect(taken).toEqual(['restart']);
  // The newer build ends it, and the older one goes on with the game.
  await sql("update runtime_operation_log set status = 'succeeded', finished_at = now() where op = 'restart'");
  expect((await stores.journal.claim(older)).map(({ opId }) => opId)).toEqual([behind]);
});

it('a step that the version before records is gone on from, also after one of this version', async () => {
  await plantRow(executor, { gameId: 'game', op: 'start' });
  const [first = expect.fail('nothing to claim')] = await stores.journal.claim(ANYTHING);
  const previous = { status: 'stopped', containerId: 'c1', imageRef: 'a/b:1' } as const;
  await stores.journal.advance(first, { op: 'start', step: 'replacing', previous, containerId: null }, { kind: 'keep' });
  const columns = 'step, step_version, former::text, container_id, furthest_step';
  expect(await sql(`select ${columns} from runtime_operation_log`)).toEqual([
    { step: 'replacing', step_version: 1, former: JSON.stringify(previous), container_id: null, furthest_step: 2 },
  ]);
  await sql("update runtime_operation_log set attempt = 2, step = 'created', step_attempt = 2, container_id = 'c2', furthest_step = 3");
  await expireAll();
  const [claim] = await stores.journal.claim(ANYTHING);
  expect(claim).toMatchObject({ attempt: 3, progress: { op: 'start', step: 'created', previous, containerId: 'c2' } });
});
