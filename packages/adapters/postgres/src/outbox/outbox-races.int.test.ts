import { type FreshDatabase, freshDatabase, testServers, waitFor } from '@galaxy/testing';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PostgresExecutor } from '../client/postgres-executor.js';
import { migrate } from '../schema/migrate.js';
import { EMPTY } from '../stores.test-support.js';
import { PostgresOutbox } from './postgres-outbox.js';

const EVER = 60_000;
const SLOW_MARKS = `do $$ begin
  create or replace function slow() returns trigger language plpgsql as 'begin perform pg_advisory_xact_lock(1); return new; end';
  create trigger slow before update on runtime_outbox for each row when (new.entry_id is not null) execute function slow();
end $$`;

/** What a mark and the comparison that takes marks back do to each other while both are under way. */
describe('PostgresOutbox among other sessions', () => {
  let database: FreshDatabase;
  let executor: PostgresExecutor;
  let outbox: PostgresOutbox;
  /** Another session, which may hold a transaction open for as long as the test likes. */
  let other: postgres.Sql;

  beforeAll(async () => {
    database = await freshDatabase(testServers().postgresUrl);
    await migrate(database.url);
    executor = new PostgresExecutor({ url: database.url });
    outbox = new PostgresOutbox(executor);
    other = postgres(database.url, { max: 1, onnotice: () => undefined });
  });
  beforeEach(async () => {
    await executor.query(EMPTY);
    await outbox.takeBack([], EVER);
  });
  afterEach(async () => {
    await other.unsafe('rollback');
  });
  afterAll(async () => {
    await Promise.all([executor.close(), other.end({ timeout: 1 })]);
    await database.drop();
  });

  const decide = async (count: number) => {
    const text = `insert into runtime_outbox (kind, lane, number, numbered, dedupe_key, payload)
      select 'job_result', 'alpha', n, true, n::text, '{}'::json from generate_series(1, ${String(count)}) as n`;
    await executor.query({ name: 'decide', text, params: [] });
    return outbox.pending(count);
  };
  const waiting = async (count: number) =>
    waitFor(`${String(count)} statements that wait for a lock`, async () => {
      const text = `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      const [row] = await executor.query({ name: 'look', text, params: [] });
      return row?.['n'] === count;
    });
  const hold = async (row: string) => {
    await other.unsafe('begin');
    await other.unsafe(row);
  };

  it('takes back a mark that was under way when it was called', async () => {
    const [first, second] = await decide(2);
    if (first === undefined || second === undefined) return expect.fail('two entries');
    // Makes the mark of the second one wait in the middle of its statement.
    await executor.query({ name: 'slow down', text: SLOW_MARKS, params: [] });
    await hold('select pg_advisory_xact_lock(1)');
    const mark = outbox.markPublished([first, second].map(({ id, epoch }) => ({ id, epoch, entryId: `5-${String(id)}` })));
    await waiting(1);
    const taken = outbox.takeBack([{ kind: 'job_result', lane: 'alpha', number: 1n }], EVER);
    await waiting(2);
    await other.unsafe('rollback');
    await mark;
    expect((await taken).takenBack).toBe(1);
    expect((await outbox.pending(10)).map(({ id }) => id)).toEqual([second.id]);
    await executor.query({ name: 'as before', text: 'drop trigger slow on runtime_outbox', params: [] });
  });

  it('marks and prunes all other entries while somebody else holds one', async () => {
    const [first, second, third] = await decide(3);
    if (first === undefined || second === undefined || third === undefined) return expect.fail('three entries');
    await hold(`select from runtime_outbox where id = ${String(first.id)} for update`);
    const marks = [first, second, third].map(({ id, epoch }) => ({ id, epoch, entryId: `5-${String(id)}` }));
    const startedAt = performance.now();
    await outbox.markPublished(marks);
    expect((await outbox.pending(10)).map(({ id }) => id)).toEqual([first.id]);
    await other.unsafe('rollback');
    await outbox.markPublished(marks);
    await hold(`select from runtime_outbox where id = ${String(first.id)} for update`);
    expect(await outbox.prune(0, 10)).toBe(1);
    // A statement that waits for a lock does so for three seconds.
    expect(performance.now() - startedAt).toBeLessThan(2500);
  });

  it('lets nothing be forgotten while a message with a lower id may still be added', async () => {
    await hold(`insert into runtime_outbox (kind, lane, number, numbered, dedupe_key, payload)
      values ('job_result', 'beta', 1, true, 'b', '{}'::json)`);
    const [first] = await decide(2);
    const state = await outbox.state();
    await outbox.markPublished([{ id: first?.id ?? 0n, epoch: state.epoch, entryId: '5-1' }]);
    expect(await outbox.prune(0, 10)).toBe(1);
    expect(await outbox.forgettable('job_result', ['alpha', 'beta', 'gamma'], 0)).toBeNull();
    await other.unsafe('rollback');
    // Transactions of other databases count too: each of them ends soon.
    const known = await waitFor('certainty', () => outbox.forgettable('job_result', ['alpha', 'beta', 'gamma'], 0));
    expect(known).toEqual({ epoch: state.epoch, upTo: first?.id, lanes: ['beta', 'gamma'] });
  });

  it('notes what the version before deletes', async () => {
    const [first] = await decide(2);
    await other.unsafe(`delete from runtime_outbox where id = ${String(first?.id)}`);
    const known = await waitFor('certainty', () => outbox.forgettable('job_result', ['gamma'], 0));
    expect(known).toMatchObject({ upTo: first?.id, lanes: ['gamma'] });
  });

  it('a mark that waits while the epoch is raised does not count', async () => {
    const [entry] = await decide(1);
    if (entry === undefined) return expect.fail('an entry');
    await hold('update runtime_publishing set epoch = epoch + 1');
    const mark = outbox.markPublished([{ id: entry.id, epoch: entry.epoch, entryId: '5-0' }]);
    await waiting(1);
    await other.unsafe('commit');
    await mark;
    expect(await outbox.pending(10)).toHaveLength(1);
  });

  it('goes on behind another that raises the epoch meanwhile', async () => {
    const calls = Array.from({ length: 8 }, () => outbox.takeBack([], EVER));
    const epochs = (await Promise.all(calls)).map(({ epoch }) => epoch);
    expect(new Set(epochs).size).toBe(8);
    const highest = epochs.reduce((a, b) => (a > b ? a : b));
    expect((await outbox.state()).epoch).toBe(highest);
  });

  it('takes back more than one statement does, though others raise the epoch meanwhile', async () => {
    await decide(45_000);
    await executor.query({ name: 'mark', text: 'update runtime_outbox set published_at = clock_timestamp()', params: [] });
    const [one, other] = await Promise.all([outbox.takeBack([], EVER), outbox.takeBack([], EVER)]);
    expect(one.takenBack + other.takenBack).toBe(45_000);
    expect((await outbox.backlog()).pending).toBe(45_000);
  });

  it('workers and the relay mark the same entries in any order, and none of them is refused', async () => {
    const entries = await decide(200);
    const marks = entries.map(({ id, epoch }) => ({ id, epoch, entryId: null }));
    await Promise.all([outbox.markPublished(marks), outbox.markPublished(marks.toReversed()), outbox.markPublished(marks)]);
    expect(await outbox.pending(10)).toEqual([]);
  });
});
