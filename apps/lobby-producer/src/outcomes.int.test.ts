import type { RedisServer } from '@galaxy/testing';
import { startFaultProxy, startRedis, testServers, uniqueName, waitFor } from '@galaxy/testing';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import type { JobOutcomeEntry, JobStreamName, LobbyRuntimeManager, PublishedJob } from './index.js';
import { createRuntimeManager, DependencyFault, InvalidInputError, OutcomeTimeoutError, readJobOutcomes } from './index.js';

let opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.reverse()) await close();
  opened = [];
});

function looking(url = testServers().redisUrl): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false });
  redis.on('error', () => undefined);
  opened.push(() => redis.disconnect());
  return redis;
}

async function privateRedis(): Promise<RedisServer> {
  const server = await startRedis();
  opened.push(() => server.stop());
  return server;
}

const OP_ID = '018f2b7e-0000-7000-8000-000000000001';

const outcomeFields = (jobStream: string, jobEntryId: string, containerId = 'c0ffee', number = '7') => [
  ...['game_id', 'alpha', 'outcome', 'success', 'container_id', containerId, 'engine_endpoint', 'http://galaxy-game-alpha:8080'],
  ...['error_code', '', 'error_message', '', 'job_stream', jobStream, 'job_entry_id', jobEntryId, 'op_id', OP_ID, 'number', number],
];

const result = {
  gameId: 'alpha',
  outcome: 'success',
  containerId: 'c0ffee',
  engineEndpoint: 'http://galaxy-game-alpha:8080',
  errorCode: '',
  errorMessage: '',
};

/** A manager on streams of its own, and the runtime manager's side of them. */
function open(url = testServers().redisUrl, answerAt = url) {
  const keys = { startJobs: uniqueName('start'), stopJobs: uniqueName('stop'), jobOutcomes: uniqueName('outcomes') };
  const runtime = createRuntimeManager({ url, keys });
  opened.push(() => runtime.close());
  const redis = looking(answerAt);
  const keyOf: Record<JobStreamName, string> = { start_jobs: keys.startJobs, stop_jobs: keys.stopJobs };
  const answer = ({ stream, entryId }: PublishedJob, containerId?: string) =>
    redis.xadd(keys.jobOutcomes, '*', ...outcomeFields(keyOf[stream], entryId, containerId));
  return { keys, runtime, redis, answer, start: () => runtime.publishStartJob('alpha', 'galaxy/engine:1') };
}

const waitFor10 = (runtime: LobbyRuntimeManager, job: PublishedJob) => runtime.awaitOutcome(job, { timeoutMs: 10_000 });
const containerOf = async (runtime: LobbyRuntimeManager, job: PublishedJob) => (await waitFor10(runtime, job)).result.containerId;

describe('readJobOutcomes', () => {
  it('gives every outcome after the given one, by name, also of requests and what is no outcome', async () => {
    const [redis, key] = [looking(), uniqueName('outcomes')];
    const after = (await redis.xadd(key, '*', ...outcomeFields('runtime:start_jobs', '4-0'))) ?? '';
    await redis.xadd(key, '*', ...outcomeFields('runtime:start_jobs', '5-0', 'c0ffee', '9007199254740993'));
    const odd = await redis.xadd(key, '*', 'game_id', 'alpha');
    const read: JobOutcomeEntry[] = [];
    for await (const entry of readJobOutcomes({ redis, key, after, signal: new AbortController().signal })) {
      read.push(entry);
      if (read.length === 2) await redis.xadd(key, '*', ...outcomeFields('', 'request-1', 'c0ffee', ''));
      if (read.length === 3) break;
    }
    const names = { jobStream: 'runtime:start_jobs', jobEntryId: '5-0', opId: OP_ID, number: 9007199254740993n };
    expect(read).toEqual([
      { kind: 'outcome', entryId: expect.any(String), outcome: { result, ...names } },
      { kind: 'undecodable', entryId: odd, undecodable: 'unsupported outcome', raw: '[["Z2FtZV9pZA==","YWxwaGE="]]' },
      {
        kind: 'outcome',
        entryId: expect.any(String),
        outcome: { result, jobStream: '', jobEntryId: 'request-1', opId: OP_ID, number: null },
      },
    ]);
  });

  it('ends at once when the signal aborts', async () => {
    const stop = new AbortController();
    const outcomes = readJobOutcomes({
      url: testServers().redisUrl,
      key: uniqueName('outcomes'),
      after: '0-0',
      signal: stop.signal,
    });
    const next = outcomes.next();
    stop.abort();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it('refuses a place to start that would skip', () => {
    const signal = new AbortController().signal;
    for (const after of ['$', '', '0', '5-x'])
      expect(() => readJobOutcomes({ url: testServers().redisUrl, after, signal })).toThrow(InvalidInputError);
  });

  it('throws when Redis refuses for good', async () => {
    const [redis, key] = [looking(), uniqueName('outcomes')];
    await redis.set(key, 'text');
    const outcomes = readJobOutcomes({ redis, key, after: '0-0', signal: new AbortController().signal });
    await expect(outcomes.next()).rejects.toMatchObject({ code: 'redis_refused', retryable: false });
  });
});

describe('awaitOutcome', () => {
  it('returns the outcome of that job, whether it comes after the call or came before it', async () => {
    const { runtime, start, answer, keys } = open();
    const [first, second] = [await start(), await start()];
    await answer(second, 'second');
    const waiting = waitFor10(runtime, first);
    expect(await containerOf(runtime, second)).toBe('second');
    await answer(first);
    expect(await waiting).toEqual({ result, jobStream: keys.startJobs, jobEntryId: first.entryId, opId: OP_ID, number: 7n });
    expect(await containerOf(runtime, first)).toBe('c0ffee');
  });

  it('misses none, whenever the outcome comes: between publish and call, and while others wait', async () => {
    const { runtime, start, answer } = open();
    const busy = waitFor10(runtime, await start());
    const jobs = await Promise.all(
      Array.from({ length: 300 }, async (_, n) => {
        const job = await start();
        const early = n % 3 === 0;
        if (early) await answer(job, String(n));
        const container = containerOf(runtime, job);
        if (!early) await answer(job, String(n));
        return container;
      }),
    );
    expect(jobs).toEqual(Array.from({ length: 300 }, (_, n) => String(n)));
    runtime.close();
    await expect(busy).rejects.toThrow(DependencyFault);
  });

  it('looks back for an outcome that the others who wait have been past already', async () => {
    const { runtime, start, answer } = open();
    const [waited, early, late] = [await start(), await start(), await start()];
    const waiting = containerOf(runtime, waited);
    await answer(early, 'early');
    await answer(late, 'late');
    // When this one is told, the reading is past the early one.
    expect(await containerOf(runtime, late)).toBe('late');
    expect(await containerOf(runtime, early)).toBe('early');
    await answer(waited, 'waited');
    expect(await waiting).toBe('waited');
  });

  it('tells a start from a stop with the same entry id', async () => {
    const { runtime, answer } = open();
    const start: PublishedJob = { stream: 'start_jobs', entryId: `${String(Date.now())}-0` };
    const stop: PublishedJob = { ...start, stream: 'stop_jobs' };
    await answer(stop, 'of the stop');
    await answer(start, 'of the start');
    expect(await containerOf(runtime, start)).toBe('of the start');
    expect(await containerOf(runtime, stop)).toBe('of the stop');
  });

  it('finds the outcome of a job whose entry id is from the future', async () => {
    const { runtime, redis, keys, start, answer } = open();
    await redis.xadd(keys.startJobs, `${String(Date.now() + 3_600_000)}-0`, 'game_id', 'from the future');
    const job = await start();
    await answer(job);
    expect(await containerOf(runtime, job)).toBe('c0ffee');
  });

  it('ends with outcome_timeout when none came in time; the outcome is still to be had later', async () => {
    const { runtime, start, answer } = open();
    const job = await start();
    const error: unknown = await runtime.awaitOutcome(job, { timeoutMs: 50 }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(OutcomeTimeoutError);
    expect(error).toMatchObject({
      code: 'outcome_timeout',
      retryable: true,
      job,
      message: expect.stringContaining('RTMANAGER_JOB_OUTCOMES=on'),
    });
    await answer(job);
    expect(await containerOf(runtime, job)).toBe('c0ffee');
  });

  it('ends with the reason of the signal, at once and before anything is read', async () => {
    const { runtime, start } = open();
    const job = await start();
    const stop = new AbortController();
    const waiting = runtime.awaitOutcome(job, { timeoutMs: 60_000, signal: stop.signal });
    const reason = new Error('no longer wanted');
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(runtime.awaitOutcome(job, { timeoutMs: 60_000, signal: stop.signal })).rejects.toBe(reason);
  });

  it('waits through a crash and restart of Redis', async () => {
    const server = await privateRedis();
    const { runtime, start, redis, answer } = open(server.url);
    const job = await waitFor('redis', start);
    const waiting = containerOf(runtime, job);
    await server.kill();
    // Comes while nothing answers: it has to look back, and tries until it can.
    const late = containerOf(runtime, job);
    await server.restart();
    await waitFor('redis', () => redis.ping());
    await answer(job);
    expect(await Promise.all([waiting, late])).toEqual(['c0ffee', 'c0ffee']);
  });

  it('reads over one connection for all, and closes it after the last', async () => {
    const { redisUrl } = testServers();
    const proxy = await startFaultProxy(redisUrl);
    opened.push(() => proxy.stop());
    const { runtime, start, answer } = open(proxy.url, redisUrl);
    const jobs = await Promise.all(Array.from({ length: 50 }, start));
    expect(proxy.open).toBe(1);
    const waiting = Promise.all(jobs.map((job) => containerOf(runtime, job)));
    await waitFor('the reader', () => proxy.open === 2);
    for (const [n, job] of jobs.entries()) await answer(job, String(n));
    expect(await waiting).toEqual(jobs.map((_, n) => String(n)));
    await waitFor('the end of the reader', () => proxy.open === 1);
  });

  it('throws when Redis refuses for good, for the first and for those who come later', async () => {
    const { runtime, start, redis, keys } = open();
    const job = await start();
    await redis.set(keys.jobOutcomes, 'text');
    const refused = { code: 'redis_refused', retryable: false };
    await Promise.all([1, 2].map(() => expect(waitFor10(runtime, job)).rejects.toMatchObject(refused)));
  });

  it('refuses what is no job, no time, and a manager that is closed', async () => {
    const { runtime } = open();
    const job: PublishedJob = { stream: 'start_jobs', entryId: '5-0' };
    const wait = (over: Partial<PublishedJob>, timeoutMs = 1) => runtime.awaitOutcome({ ...job, ...over }, { timeoutMs });
    await expect(wait({ entryId: '$' })).rejects.toThrow(InvalidInputError);
    await expect(wait({ stream: 'runtime:start_jobs' as JobStreamName })).rejects.toThrow(InvalidInputError);
    for (const timeoutMs of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])
      await expect(wait({}, timeoutMs)).rejects.toThrow(InvalidInputError);
    runtime.close();
    await expect(wait({})).rejects.toMatchObject({ retryable: false, effect: 'not_done' });
  });
});
