import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StopReason } from '@galaxy/domain';
import type { RedisServer } from '@galaxy/testing';
import { startFaultProxy, startRedis, testServers, uniqueName, waitFor } from '@galaxy/testing';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { createRuntimeManager, DependencyFault, InvalidInputError, type JobResultEntry, readJobResults, resolveImageRef } from './index.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
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

const resultFields = (gameId: string, n: number) => [
  ...['game_id', gameId, 'outcome', 'success', 'container_id', String(n)],
  ...['engine_endpoint', `http://galaxy-game-${gameId}:8080`, 'error_code', '', 'error_message', ''],
];

describe('createRuntimeManager', () => {
  it('publishes over a connection of its own, from a url', async () => {
    const keys = { startJobs: uniqueName('start'), stopJobs: uniqueName('stop') };
    const runtime = createRuntimeManager({ url: testServers().redisUrl, keys });
    opened.push(() => runtime.close());
    await runtime.publishStartJob('alpha', resolveImageRef('galaxy/engine:{engine_version}', '1.4.2'));
    await runtime.publishStopJob('alpha', 'cancelled');
    const fields = async (key: string) => (await looking().xrange(key, '-', '+')).map((entry) => entry[1]);
    const time = expect.stringMatching(/^\d{13}$/);
    expect(await fields(keys.startJobs)).toEqual([['game_id', 'alpha', 'image_ref', 'galaxy/engine:1.4.2', 'requested_at_ms', time]]);
    expect(await fields(keys.stopJobs)).toEqual([['game_id', 'alpha', 'reason', 'cancelled', 'requested_at_ms', time]]);
  });

  it('copies the settings of a given client and leaves the client alone', async () => {
    const given = looking();
    const keys = { startJobs: uniqueName('start') };
    const runtime = createRuntimeManager({ redis: given, keys });
    await runtime.publishStartJob('alpha', 'galaxy/engine:1');
    runtime.close();
    runtime.close();
    expect(await given.xlen(keys.startJobs)).toBe(1);
    await expect(runtime.publishStartJob('alpha', 'galaxy/engine:1')).rejects.toThrow(DependencyFault);
  });

  it('makes one event of one call when its reply is lost', async () => {
    const proxy = await startFaultProxy(testServers().redisUrl);
    opened.push(() => proxy.stop());
    const keys = { stopJobs: uniqueName('stop') };
    const runtime = createRuntimeManager({ url: proxy.url, keys, publishWithinMs: 20_000 });
    opened.push(() => runtime.close());
    await runtime.publishStopJob('before', 'cancelled');
    await proxy.set({ kind: 'drop_replies' });
    const call = runtime.publishStopJob('alpha', 'timeout');
    await waitFor('the event', async () => (await looking().xlen(keys.stopJobs)) === 2);
    proxy.resetAll();
    await proxy.set({ kind: 'pass' });
    await call;
    expect(await looking().xlen(keys.stopJobs)).toBe(2);
  });

  it('waits for a Redis that is down, as long as it may', async () => {
    const server = await privateRedis();
    await server.kill();
    const runtime = createRuntimeManager({ url: server.url, publishWithinMs: 20_000 });
    const hasty = createRuntimeManager({ url: server.url, publishWithinMs: 200 });
    opened.push(
      () => runtime.close(),
      () => hasty.close(),
    );
    const call = runtime.publishStartJob('alpha', 'galaxy/engine:1');
    await expect(hasty.publishStartJob('alpha', 'galaxy/engine:1')).rejects.toMatchObject({
      code: 'redis_unavailable',
      effect: 'not_done',
    });
    await server.restart();
    await call;
    expect(await looking(server.url).xlen('runtime:start_jobs')).toBe(1);
  });

  it('needs no more rights than the README tells', async () => {
    const server = await privateRedis();
    const admin = looking(server.url);
    const [producer = '', reader = ''] = [...readme.matchAll(/`(\+@connection [^`]*)`/g)].map((match) => match[1] ?? '');
    const keys = ['~runtime:start_jobs*', '~runtime:stop_jobs*'];
    const outcomes = ['~runtime:job_outcomes', '+xread'];
    await admin.acl('SETUSER', 'producer', 'on', '>secret', 'resetkeys', '-@all', ...keys, ...producer.split(' '), ...outcomes);
    await admin.acl('SETUSER', 'reader', 'on', '>secret', 'resetkeys', '-@all', '~runtime:job_results', ...reader.split(' '));
    const runtime = createRuntimeManager({ url: server.url.replace('//', '//producer:secret@') });
    opened.push(() => runtime.close());
    await runtime.publishStartJob('alpha', 'galaxy/engine:1');
    const stop = await runtime.publishStopJob('alpha', 'cancelled', { id: 'a' });
    expect(await runtime.wasPublished('a', new Date(0))).toEqual({ kind: 'published', ...stop });
    expect(await runtime.wasPublished('b', new Date())).toEqual({ kind: 'not_published' });
    await expect(runtime.awaitOutcome(stop, { timeoutMs: 300 })).rejects.toMatchObject({ code: 'outcome_timeout' });
    await admin.xadd('runtime:job_results', '*', ...resultFields('alpha', 1));
    const url = server.url.replace('//', '//reader:secret@');
    const results = readJobResults({ url, after: '0-0', signal: AbortSignal.timeout(60_000) });
    expect(await results.next()).toMatchObject({ value: { kind: 'result' } });
    await results.return();
  });

  it('refuses input out of contract, and a server that is none or two', async () => {
    const runtime = createRuntimeManager({ url: testServers().redisUrl });
    opened.push(() => runtime.close());
    await expect(runtime.publishStartJob('Alpha', 'galaxy/engine:1')).rejects.toThrow(InvalidInputError);
    await expect(runtime.publishStartJob('alpha', 'galaxy/engine')).rejects.toThrow(InvalidInputError);
    await expect(runtime.publishStopJob('alpha', 'bored' as StopReason)).rejects.toThrow(InvalidInputError);
    expect(() => createRuntimeManager({} as { url: string })).toThrow(InvalidInputError);
    expect(() => createRuntimeManager({ url: 'redis://x', redis: looking() } as unknown as { url: string })).toThrow(InvalidInputError);
  });
});

describe('readJobResults', () => {
  const idsOf = (entries: readonly JobResultEntry[]) => entries.map((entry) => (entry.kind === 'result' ? entry.result.containerId : '?'));

  it('gives every entry after the given one, in order, also what is no result', async () => {
    const [redis, key] = [looking(), uniqueName('results')];
    const first = await redis.xadd(key, '*', ...resultFields('alpha', 1));
    await redis.xadd(key, '*', ...resultFields('alpha', 2));
    const odd = await redis.xadd(key, '*', 'game_id', Buffer.of(0xff));
    const read: JobResultEntry[] = [];
    for await (const entry of readJobResults({ redis, key, after: first ?? '', signal: new AbortController().signal })) {
      read.push(entry);
      if (read.length === 2) await redis.xadd(key, '*', ...resultFields('beta', 3));
      if (read.length === 3) break;
    }
    expect(read).toEqual([
      {
        kind: 'result',
        entryId: expect.any(String),
        result: {
          gameId: 'alpha',
          outcome: 'success',
          containerId: '2',
          engineEndpoint: 'http://galaxy-game-alpha:8080',
          errorCode: '',
          errorMessage: '',
        },
      },
      { kind: 'undecodable', entryId: odd, undecodable: 'game_id is not valid UTF-8', raw: '[["Z2FtZV9pZA==","/w=="]]' },
      expect.objectContaining({ kind: 'result', result: expect.objectContaining({ gameId: 'beta' }) }),
    ]);
  });

  it('goes on after a crash and restart of Redis, without a gap or a repetition', async () => {
    const server = await privateRedis();
    const stop = new AbortController();
    const read: JobResultEntry[] = [];
    const reading = (async () => {
      for await (const entry of readJobResults({ url: server.url, after: '0-0', signal: stop.signal })) read.push(entry);
    })();
    const add = async (from: number, to: number): Promise<void> => {
      const redis = looking(server.url);
      await waitFor('redis', () => redis.ping());
      for (let n = from; n < to; n += 1) await redis.xadd('runtime:job_results', '*', ...resultFields('alpha', n));
    };
    await add(0, 250);
    await waitFor('some results', () => read.length > 0);
    await server.kill();
    await sleep(1500);
    await server.restart();
    await add(250, 500);
    await waitFor('all results', () => read.length >= 500);
    stop.abort();
    await reading;
    expect(idsOf(read)).toEqual(Array.from({ length: 500 }, (_, n) => String(n)));
  });

  it('ends at once when the signal aborts, also while nothing comes or nothing answers', async () => {
    const proxy = await startFaultProxy(testServers().redisUrl);
    opened.push(() => proxy.stop());
    for (const mode of [{ kind: 'pass' }, { kind: 'black_hole' }, { kind: 'refuse' }] as const) {
      await proxy.set({ kind: 'pass' });
      const stop = new AbortController();
      const results = readJobResults({ url: proxy.url, key: uniqueName('results'), after: '0-0', signal: stop.signal });
      const next = results.next();
      await waitFor('a connection', () => proxy.open > 0);
      await proxy.set(mode);
      const before = performance.now();
      stop.abort();
      expect(await next).toEqual({ done: true, value: undefined });
      expect(performance.now() - before).toBeLessThan(2000);
    }
    await proxy.set({ kind: 'pass' });
    await waitFor('the end of all connections', () => proxy.open === 0);
  });

  it('refuses a place to start that would skip', () => {
    const signal = new AbortController().signal;
    for (const after of ['$', '', '0', '5-x']) {
      expect(() => readJobResults({ url: testServers().redisUrl, after, signal })).toThrow(InvalidInputError);
    }
  });

  it('throws when Redis refuses for good', async () => {
    const [redis, key] = [looking(), uniqueName('results')];
    await redis.set(key, 'text');
    const results = readJobResults({ redis, key, after: '0-0', signal: new AbortController().signal });
    await expect(results.next()).rejects.toMatchObject({ code: 'redis_refused', retryable: false });
  });
});
