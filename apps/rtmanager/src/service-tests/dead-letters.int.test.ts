import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  migrate,
  PostgresDeadLetterBox,
  PostgresExecutor,
  PostgresLeases,
  PostgresOperationJournal,
  PostgresOperationLog,
} from '@galaxy/adapter-postgres';
import { COORDINATOR_LEASE, type DeadLetterToSend } from '@galaxy/manager-ports';
import { type FreshDatabase, freshDatabase, testServers, uniqueName } from '@galaxy/testing';
import { bundledService } from '@galaxy/verification';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let database: FreshDatabase;
let executor: PostgresExecutor;
let main: string;
const stream = uniqueName('start');

beforeAll(async () => {
  const { postgresUrl } = testServers();
  database = await freshDatabase(postgresUrl);
  await migrate(database.url);
  executor = new PostgresExecutor({ url: database.url });
  main = await bundledService();
});
afterAll(async () => {
  await executor.close();
  await database.drop();
});

/** Runs `rtmanager dead-letters …` as a process of its own. */
function deadLetters(args: readonly string[], changes: NodeJS.ProcessEnv = {}): Promise<{ code: number; out: string; err: string }> {
  const env = { PATH: process.env['PATH'], RTMANAGER_POSTGRES_URL: database.url, RTMANAGER_START_JOBS_STREAM: stream, ...changes };
  return new Promise((resolve) => {
    execFile(process.execPath, [main, 'dead-letters', ...args], { env, timeout: 120_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

/** Makes dead letters of entries, as the intake does. Returns their ids. */
async function deadLetter(...raws: string[]): Promise<string[]> {
  const lease = await new PostgresLeases(executor).acquire(COORDINATOR_LEASE, randomUUID(), 60_000);
  if (lease === null) throw new Error('the lease is taken');
  const before = await openIds();
  const letters = raws.map((raw, nth): DeadLetterToSend => {
    const entryId = `${String(Date.now())}-${String(nth)}`;
    const why = { errorCode: 'invalid_job', errorMessage: 'missing image_ref', attempts: 0, failedAtMs: 1_767_225_600_000n };
    return {
      stream: 'start_jobs',
      entryId,
      payloadHash: randomUUID(),
      letter: { sourceStream: stream, sourceEntryId: entryId, raw, ...why },
    };
  });
  const cursors = { start_jobs: '1-0', stop_jobs: '1-0' };
  const entriesRead = { start_jobs: 0, stop_jobs: 0 };
  await new PostgresOperationJournal(executor).ingest({ lease, jobs: [], deadLetters: letters, cursors, entriesRead });
  await new PostgresLeases(executor).release(lease);
  return (await openIds()).filter((id) => !before.includes(id));
}

const openIds = async (): Promise<string[]> =>
  (await new PostgresDeadLetterBox(executor).list({ state: 'open', limit: 1000 })).map(({ id }) => String(id));

const rawOf = (fields: Record<string, string>): string =>
  JSON.stringify(Object.entries(fields).map((field) => field.map((text) => Buffer.from(text).toString('base64'))));
const JOB = rawOf({ game_id: 'requeued-game', image_ref: 'galaxy/engine:1.0.0' });

const RAW = JSON.stringify(
  [
    ['game_id', 'alpha'],
    ['bytes', '\u0000\u00ff'],
  ].map((field) => field.map((text) => Buffer.from(text, 'latin1').toString('base64'))),
);

describe('rtmanager dead-letters', () => {
  it('list shows what is open as a table, and as JSON', async () => {
    const [id = ''] = await deadLetter(RAW);
    const table = await deadLetters(['list']);
    expect(table).toMatchObject({ code: 0, err: '' });
    expect(table.out).toMatch(new RegExp(`^${id} .* ${stream} .* invalid_job +missing image_ref$`, 'm'));
    const { out } = await deadLetters(['list', '--json', '--limit', '1000']);
    const listed = JSON.parse(out) as { id: string }[];
    expect(listed).toEqual(expect.arrayContaining([expect.objectContaining({ id, state: 'open', source_stream: stream, raw: RAW })]));
    const behind = JSON.parse((await deadLetters(['list', '--json', '--after', id])).out) as { id: string }[];
    expect(behind.map((letter) => letter.id)).not.toContain(id);
  });

  it('list says on standard error when there may be more', async () => {
    await deadLetter(RAW, RAW);
    const { out, err } = await deadLetters(['list', '--json', '--limit', '1']);
    const [first] = JSON.parse(out) as { id: string }[];
    expect(err).toBe(`there may be more: --after ${String(first?.id)}\n`);
  });

  it('requeue queues the job for an administrator, once, and may be repeated; it needs no Redis', async () => {
    const [id = ''] = await deadLetter(JOB);
    const { code, out, err } = await deadLetters(['requeue', id]);
    const [, opId = ''] = /^dead letter \d+ is requeued as operation (\S+)\n$/.exec(out) ?? [];
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(await deadLetters(['requeue', id])).toEqual({ code: 0, out: `dead letter ${id} is requeued\n`, err: '' });
    const queued = await new PostgresOperationLog(executor).listByGame('requeued-game', { limit: 10 });
    const sourceRef = expect.stringMatching(new RegExp(`^dead-letter-${id}-\\d+-0$`)) as string;
    expect(queued).toMatchObject([{ opId, op: 'start', source: 'admin', sourceRef, status: 'queued' }]);
    expect(await openIds()).not.toContain(id);
  });

  it('discard removes it from the list, and prevents a requeue', async () => {
    const [id = ''] = await deadLetter(RAW);
    for (let call = 1; call <= 2; call += 1)
      expect(await deadLetters(['discard', id])).toEqual({ code: 0, out: `dead letter ${id} is discarded\n`, err: '' });
    expect(await deadLetters(['requeue', id])).toEqual({ code: 1, out: '', err: `rtmanager: dead letter ${id} is discarded already\n` });
    const discarded = JSON.parse((await deadLetters(['list', '--json', '--state', 'discarded'])).out) as { id: string }[];
    expect(discarded.map((letter) => letter.id)).toContain(id);
  });

  it.each(['requeue', 'discard'])('%s of an unknown or invalid id ends with 1 and says so', async (command) => {
    const unknown = await deadLetters([command, '999999999']);
    expect(unknown).toEqual({ code: 1, out: '', err: 'rtmanager: there is no dead letter 999999999\n' });
    expect(await deadLetters([command, 'x1'])).toMatchObject({ code: 1, err: expect.stringContaining('must be a number') as string });
  });

  it.each([
    ['was cut short', JSON.stringify([['YQ==', Buffer.alloc(65_535).toString('base64')]]), 'the raw entry was cut short'],
    ["can't be decoded", RAW, "the entry can't be decoded: missing image_ref"],
  ])('requeue refuses an entry that %s, and leaves it open', async (_, raw, why) => {
    const [id = ''] = await deadLetter(raw);
    expect(await deadLetters(['requeue', id])).toEqual({ code: 1, out: '', err: `rtmanager: ${why}\n` });
    expect(await openIds()).toContain(id);
  });

  it('requeue refuses an entry of a stream that is not read any more', async () => {
    const [id = ''] = await deadLetter(JOB);
    const told = await deadLetters(['requeue', id], { RTMANAGER_START_JOBS_STREAM: 'elsewhere' });
    expect(told).toMatchObject({ code: 1, err: expect.stringContaining(`the entry came by ${stream}`) as string });
  });

  it('needs PostgreSQL: without its address it ends with 78, and with 1 when it is away', async () => {
    const [id = ''] = await deadLetter(JOB);
    for (const args of [['list'], ['requeue', id]])
      expect(await deadLetters(args, { RTMANAGER_POSTGRES_URL: '' })).toMatchObject({ code: 78 });
    const away = await deadLetters(['requeue', id], { RTMANAGER_POSTGRES_URL: 'postgres://127.0.0.1:1/none' });
    expect(away).toMatchObject({ code: 1, err: expect.stringContaining('postgres') as string });
    expect(await openIds()).toContain(id);
  });

  it.each([['list'], ['requeue', '1'], ['discard', '1']])('%s says what to do about a database without a schema', async (...args) => {
    const empty = await freshDatabase(testServers().postgresUrl);
    try {
      const why = /^rtmanager: the database has 0 migrations, this version needs \d+: .*`rtmanager migrate`\n$/;
      const told = await deadLetters(args, { RTMANAGER_POSTGRES_URL: empty.url });
      expect(told).toEqual({ code: 1, out: '', err: expect.stringMatching(why) as string });
    } finally {
      await empty.drop();
    }
  });
});
