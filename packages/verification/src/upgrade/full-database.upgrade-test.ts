import { engineImages, waitFor } from '@galaxy/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWorld, type World } from '../harness/service-world.js';
import { KEYS, publishStop, type Written, written } from '../harness/streams.js';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const GAMES = 100_000;
const [UNPUBLISHED, QUEUED_STARTS, QUEUED_STOPS, BEGUN, LETTERS, NEW_JOBS] = [500, 40, 60, 10, 50, 300];
const OLD = `now() - interval '30 days'`;

/** What a year of games leaves in the database of the version before, with work that is under way. */
async function fillDatabase({ sql, redis }: World): Promise<void> {
  const job = (op: string, game: string) =>
    op === 'start'
      ? `json_build_object('kind', 'start', 'gameId', ${game}, 'imageRef', '${engineImages.current}', 'requestedAtMs', '1')`
      : `json_build_object('kind', 'stop', 'gameId', ${game}, 'reason', 'finished', 'requestedAtMs', '1')`;
  const operations = (op: string, game: string, count: number, entry: string) => `
    insert into runtime_operation_log (op_id, game_id, op, source, source_ref, status, stream, entry_id, payload_hash, payload, raw)
    select gen_random_uuid(), ${game}, '${op}', 'lobby', i || '-${entry}', 'queued', '${op}_jobs', i || '-${entry}', 'h', ${job(op, game)}, '[]'
    from generate_series(1, ${count}) i`;
  const steps = [
    `insert into runtime_records (game_id, status, current_image_ref, engine_endpoint, paused, created_at, removed_at, last_op_at)
      select 'old-' || i, 'removed', '${engineImages.current}', 'http://galaxy-game-old-' || i || ':8080', false, ${OLD}, ${OLD}, ${OLD}
      from generate_series(1, ${GAMES}) i`,
    operations('stop', `'old-' || i`, GAMES, '0'),
    `update runtime_operation_log set status = 'succeeded', attempt = 1, raw = null, started_at = ${OLD}, finished_at = ${OLD}`,
    `insert into runtime_outbox (kind, lane, number, dedupe_key, payload, created_at, published_at, entry_id)
      select 'job_result', 'old-' || i, 1, 'r' || i, ${result(`'old-' || i`)}, ${OLD}, ${OLD}, i || '-0' from generate_series(1, ${GAMES}) i`,
    `insert into runtime_outbox (kind, lane, number, dedupe_key, payload)
      select 'job_result', 'old-' || i, 2, 'u' || i, ${result(`'old-' || i`)} from generate_series(1, ${UNPUBLISHED}) i`,
    `insert into runtime_outbox (kind, lane, number, dedupe_key, payload)
      select 'dead_letter', 'start_jobs', i, 'd' || i, json_build_object('sourceStream', 'runtime:start_jobs', 'sourceEntryId', i || '-0',
        'errorCode', 'invalid_job', 'errorMessage', 'x', 'raw', '[]', 'attempts', 0, 'failedAtMs', '1') from generate_series(1, ${LETTERS}) i`,
    operations('start', `'waits-' || i`, QUEUED_STARTS, '1'),
    operations('stop', `'old-' || i`, QUEUED_STOPS, '2'),
    // Starts of a process that died after it had recorded its intent.
    `insert into runtime_records (game_id, status, current_image_ref, engine_endpoint, paused, created_at, last_op_at)
      select 'begun-' || i, 'starting', '${engineImages.current}', 'http://galaxy-game-begun-' || i || ':8080', false, now(), now()
      from generate_series(1, ${BEGUN}) i`,
    operations('start', `'begun-' || i`, BEGUN, '3'),
    `update runtime_operation_log set status = 'running', attempt = 1, step = 'intent', step_attempt = 1, furthest_step = 1,
      credited_attempt = 1, holder = 'dead', claim_expires_at = now(), started_at = now() where game_id like 'begun-%'`,
  ];
  for (const step of steps) await sql.unsafe(step);
  const marks = Array.from({ length: GAMES }, (_, i) => [`old-${String(i + 1)}`, '1']).flat();
  for (let at = 0; at < marks.length; at += 10_000) await redis.hset(`${KEYS.results}:published`, ...marks.slice(at, at + 10_000));
}

const result = (game: string): string =>
  `json_build_object('gameId', ${game}, 'outcome', 'success', 'containerId', '', 'engineEndpoint', '', 'errorCode', 'replay_no_op', 'errorMessage', '')`;

/** How many results a game must have on the stream. */
function expectedResults(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const add = (prefix: string, count: number): void => {
    for (let i = 1; i <= count; i += 1) counts.set(`${prefix}-${String(i)}`, (counts.get(`${prefix}-${String(i)}`) ?? 0) + 1);
  };
  add('old', UNPUBLISHED);
  add('old', QUEUED_STOPS);
  add('old', NEW_JOBS);
  add('waits', QUEUED_STARTS);
  add('begun', BEGUN);
  return counts;
}

function countByGame(results: readonly Written[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { game_id = '' } of results) counts.set(game_id, (counts.get(game_id) ?? 0) + 1);
  return counts;
}

it(`a database of ${GAMES} games with work under way is upgraded while two replicas of the version before work`, {
  timeout: 600_000,
}, async () => {
  const maker = await world.start({}, 'before');
  await maker.untilReady();
  await maker.end('SIGTERM');
  await fillDatabase(world);
  const before = await Promise.all([world.start({}, 'before'), world.start({}, 'before')]);
  await Promise.all(before.map((replica) => replica.untilReady()));
  const startedAt = performance.now();
  const now = await world.start();
  await now.untilReady();
  const upgradedMs = performance.now() - startedAt;
  for (let i = 1; i <= NEW_JOBS; i += 1) await publishStop(world.redis, `old-${String(i)}`);

  const expected = expectedResults();
  const total = [...expected.values()].reduce((sum, count) => sum + count, 0);
  await waitFor(`${String(total)} results`, async () => (await world.redis.xlen(KEYS.results)) >= total, {
    timeoutMs: 240_000,
    everyMs: 200,
    hopeless: world.gone,
  });
  await Promise.all(before.map((replica) => replica.end('SIGTERM')));
  // The same games once more, when only this version is left: their numbers go on where they were.
  for (let i = 1; i <= NEW_JOBS; i += 1) await publishStop(world.redis, `old-${String(i)}`);
  await waitFor('the last results', async () => (await world.redis.xlen(KEYS.results)) >= total + NEW_JOBS, { hopeless: world.gone });

  const results = await written(world.redis, KEYS.results);
  const counts = new Map(expected);
  for (let i = 1; i <= NEW_JOBS; i += 1) counts.set(`old-${String(i)}`, (counts.get(`old-${String(i)}`) ?? 0) + 1);
  expect(new Map([...countByGame(results)].sort())).toEqual(new Map([...counts].sort()));
  expect(results.filter(({ outcome }) => outcome !== 'success')).toEqual([]);
  const letters = await written(world.redis, KEYS.deadLetters);
  expect(letters.map(({ source_entry_id }) => source_entry_id)).toEqual(Array.from({ length: LETTERS }, (_, i) => `${String(i + 1)}-0`));
  const [left] = await world.sql<{ open: number; burnt: number; unpublished: number }[]>`
    select (select count(*)::int from runtime_operation_log where status in ('queued', 'running')) as open,
      (select count(*)::int from runtime_operation_log where error_code <> '' and error_code <> 'replay_no_op') as burnt,
      (select count(*)::int from runtime_outbox where published_at is null) as unpublished`;
  expect(left).toEqual({ open: 0, burnt: 0, unpublished: 0 });
  expect(world.problems()).toEqual([]);
  console.log(`upgraded in ${(upgradedMs / 1000).toFixed(1)} s from start to ready; ${String(results.length)} results: lost 0, doubled 0`);
});
