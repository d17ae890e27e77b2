import { setTimeout as sleep } from 'node:timers/promises';
import type { JobCursors } from '@galaxy/manager-ports';
import { DependencyFault } from '@galaxy/ports';
import type { FaultProxy, RedisServer } from '@galaxy/testing';
import { freePort, startFaultProxy, startRedis, uniqueName, waitFor } from '@galaxy/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RedisConnection } from './connection/redis-connection.js';
import { RedisJobStream } from './inbound/job-stream.js';
import { RedisNumberedResultPublisher } from './outbound/numbered-results.js';
import { RedisRuntimeManager } from './outbound/runtime-manager.js';

let server: RedisServer;
let proxy: FaultProxy;
let opened: (() => unknown)[] = [];

beforeAll(async () => {
  server = await startRedis();
  proxy = await startFaultProxy(server.url);
});
afterAll(async () => {
  await proxy.stop();
  await server.stop();
});
afterEach(async () => {
  await proxy.set({ kind: 'pass' });
  await Promise.all(opened.map((close) => close()));
  opened = [];
});

async function connect(role: 'reader' | 'commands', url = proxy.url): Promise<RedisConnection> {
  const connection = new RedisConnection({ server: url, role });
  opened.push(() => connection.close());
  await waitFor('redis', () => connection.ping().then(() => true));
  return connection;
}

/** A client past the proxy. */
function looking(url = server.url): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false, commandTimeout: 1000 });
  redis.on('error', () => undefined);
  opened.push(() => redis.disconnect());
  return redis;
}

const STAMP = { epoch: 1n, outboxId: 1n };

/** A publisher on a server that accepts the stamp. */
async function publisherOn(commands: RedisConnection, jobResultsKey = uniqueName('results')): Promise<RedisNumberedResultPublisher> {
  const publisher = new RedisNumberedResultPublisher({ commands, jobResultsKey });
  await publisher.adoptEpoch(STAMP.epoch, null, null);
  return publisher;
}

const result = (gameId: string, errorMessage: string) =>
  ({ gameId, outcome: 'failure', containerId: '', engineEndpoint: '', errorCode: 'conflict', errorMessage }) as const;

/** Reads on and on as the ingest loop does; tells what it has read and how long its longest call took. */
function startReading(jobs: RedisJobStream) {
  const stop = new AbortController();
  const seen: string[] = [];
  let longestMs = 0;
  let cursors: JobCursors = { start_jobs: '0-0', stop_jobs: '0-0' };
  const timed = async <T>(call: Promise<T>): Promise<T> => {
    const before = performance.now();
    return call.finally(() => {
      longestMs = Math.max(longestMs, performance.now() - before);
    });
  };
  const step = async (): Promise<void> => {
    await timed(jobs.wait(cursors, 2000, stop.signal));
    const { starts } = await timed(jobs.read(cursors, 10));
    for (const entry of starts) {
      seen.push(entry.job?.gameId ?? '');
      cursors = { ...cursors, start_jobs: entry.entryId };
    }
  };
  const loop = (async () => {
    while (!stop.signal.aborted) {
      try {
        await step();
      } catch (error) {
        expect(error).toBeInstanceOf(DependencyFault);
        await sleep(50);
      }
    }
  })();
  return {
    seen,
    longestMs: () => longestMs,
    end: async () => {
      stop.abort();
      await loop;
    },
  };
}

describe('the read loop recovers within 5 s, in order, without a gap, and no call hangs', () => {
  const faults: readonly { name: string; break: () => Promise<void>; heal: () => Promise<void> }[] = [
    {
      name: 'a network that drops everything',
      break: () => proxy.set({ kind: 'black_hole' }),
      // What a black hole has swallowed never comes back: the connections through it are dead for good.
      heal: () => proxy.set({ kind: 'pass' }),
    },
    { name: 'a connection refused', break: () => proxy.set({ kind: 'refuse' }), heal: () => proxy.set({ kind: 'pass' }) },
    { name: 'replies that are lost', break: () => proxy.set({ kind: 'drop_replies' }), heal: () => proxy.set({ kind: 'pass' }) },
    {
      name: 'a server that stands still',
      break: async () => server.pause(),
      heal: async () => server.resume(),
    },
    { name: 'a server that was killed', break: () => server.kill(), heal: () => server.restart() },
  ];

  it.each(faults)('$name', async ({ break: breakIt, heal }) => {
    const startJobsKey = uniqueName('start');
    const jobs = new RedisJobStream({
      reader: await connect('reader'),
      commands: await connect('commands'),
      startJobsKey,
      stopJobsKey: uniqueName('stop'),
    });
    const reading = startReading(jobs);
    const add = (gameId: string) => looking().xadd(startJobsKey, '*', 'game_id', gameId, 'image_ref', 'galaxy/engine:1');
    await waitFor('a writer', () => add('before'));
    await waitFor('the first job', () => reading.seen.length > 0);
    await breakIt();
    await sleep(4000);
    await heal();
    const healed = performance.now();
    await waitFor('a writer', () => add('after'));
    await waitFor('the job after the fault', () => reading.seen.includes('after'));
    expect(performance.now() - healed).toBeLessThan(5000);
    await reading.end();
    expect(reading.seen.filter((gameId, i, all) => gameId !== all[i - 1])).toEqual(['before', 'after']);
    expect(reading.longestMs()).toBeLessThan(5500);
  });
});

describe('publishing numbered messages', () => {
  it('appends no second time when the reply of the first was lost', async () => {
    const jobResultsKey = uniqueName('results');
    const publisher = await publisherOn(await connect('commands'), jobResultsKey);
    await publisher.publish({ number: 1n, result: result('alpha', '1') }, STAMP);
    await proxy.set({ kind: 'drop_replies' });
    const lost = publisher.publish({ number: 2n, result: result('alpha', '2') }, STAMP);
    await expect(lost).rejects.toMatchObject({ code: 'redis_unavailable', retryable: true, effect: 'unknown' });
    expect(await looking().xlen(jobResultsKey)).toBe(2);
    await proxy.set({ kind: 'pass' });
    const again = await waitFor('the connection', () => publisher.publish({ number: 2n, result: result('alpha', '2') }, STAMP));
    expect(again).toEqual({ kind: 'already_published' });
    expect(await looking().xlen(jobResultsKey)).toBe(2);
  });

  it('appends each number once and in order from eight publishers at once, through cuts', async () => {
    const jobResultsKey = uniqueName('results');
    const last = 60n;
    const relay = async (publisher: RedisNumberedResultPublisher): Promise<void> => {
      for (let number = 1n; number <= last; ) {
        try {
          const outcome = await publisher.publish({ number, result: result('alpha', String(number)) }, STAMP);
          number = outcome.kind === 'gap' ? outcome.held + 1n : number + 1n;
        } catch (error) {
          expect(error).toMatchObject({ retryable: true });
          await sleep(10);
        }
      }
    };
    const publishers = await Promise.all(Array.from({ length: 8 }, async () => publisherOn(await connect('commands'), jobResultsKey)));
    const cuts = async (): Promise<void> => {
      for (let cut = 0; cut < 5; cut += 1) {
        proxy.resetAll();
        await sleep(30);
      }
    };
    await Promise.all([cuts(), ...publishers.map(relay)]);
    const entries = await looking().xrange(jobResultsKey, '-', '+');
    expect(entries.map(([, fields]) => fields.at(-1))).toEqual(Array.from({ length: 60 }, (_, i) => String(i + 1)));
  });

  it('holds over a crash of the server: stream and numbers stay together', async () => {
    const jobResultsKey = uniqueName('results');
    const publisher = await publisherOn(await connect('commands'), jobResultsKey);
    await publisher.publish({ number: 1n, result: result('alpha', '1') }, STAMP);
    await server.kill();
    await expect(publisher.publish({ number: 2n, result: result('alpha', '2') }, STAMP)).rejects.toThrow(DependencyFault);
    await server.restart();
    const repeat = () => publisher.publish({ number: 1n, result: result('alpha', '1') }, STAMP);
    expect(await waitFor('the connection', repeat)).toEqual({ kind: 'already_published' });
    expect(await publisher.publish({ number: 2n, result: result('alpha', '2') }, STAMP)).toMatchObject({ kind: 'published' });
    expect(await looking().xlen(jobResultsKey)).toBe(2);
  });

  it('works on when the server has forgotten its scripts', async () => {
    const jobResultsKey = uniqueName('results');
    const publisher = await publisherOn(await connect('commands'), jobResultsKey);
    await publisher.publish({ number: 1n, result: result('alpha', '1') }, STAMP);
    await looking().script('FLUSH');
    expect(await publisher.publish({ number: 2n, result: result('alpha', '2') }, STAMP)).toMatchObject({ kind: 'published' });
  });
});

describe('publishing jobs', () => {
  it('makes one event of one call when its reply is lost', async () => {
    const startJobsKey = uniqueName('start');
    const manager = new RedisRuntimeManager({ commands: await connect('commands'), startJobsKey, publishWithinMs: 20_000 });
    await manager.publishStartJob('before', 'galaxy/engine:1');
    await proxy.set({ kind: 'drop_replies' });
    const call = manager.publishStartJob('alpha', 'galaxy/engine:1');
    await waitFor('the event', async () => (await looking().xlen(startJobsKey)) === 2);
    proxy.resetAll();
    await proxy.set({ kind: 'pass' });
    await call;
    expect(await looking().xlen(startJobsKey)).toBe(2);
  });

  it('says that it does not know when it gave up on a server that stands still', async () => {
    const startJobsKey = uniqueName('start');
    const manager = new RedisRuntimeManager({ commands: await connect('commands'), startJobsKey, publishWithinMs: 3000 });
    await manager.publishStartJob('before', 'galaxy/engine:1');
    server.pause();
    const call = manager.publishStartJob('alpha', 'galaxy/engine:1');
    await expect(call)
      .rejects.toMatchObject({ retryable: true, effect: 'unknown' })
      .finally(() => server.resume());
    // It was in the server's buffer all the time: late, but still one event.
    await waitFor('the event', async () => (await looking().xlen(startJobsKey)) >= 2);
    expect(await looking().xlen(startJobsKey)).toBe(2);
  });

  it('says that nothing happened when it never got a connection', async () => {
    const commands = await connect('commands');
    const manager = new RedisRuntimeManager({ commands, startJobsKey: uniqueName('start'), publishWithinMs: 500 });
    await proxy.set({ kind: 'refuse' });
    await waitFor('the end of the connection', () =>
      commands.ping().then(
        () => false,
        () => true,
      ),
    );
    await expect(manager.publishStartJob('alpha', 'galaxy/engine:1')).rejects.toMatchObject({ retryable: true, effect: 'not_done' });
  });
});

describe('what the server refuses', () => {
  const START: JobCursors = { start_jobs: '0-0', stop_jobs: '0-0' };

  it('a key of another type is no reason to try again, and nothing was done', async () => {
    const [commands, reader, redis] = [await connect('commands'), await connect('reader'), looking()];
    const [stream, hash] = [uniqueName('start'), uniqueName('results')];
    await redis.set(stream, 'text');
    await redis.set(`${hash}:published`, 'text');
    const refused = { code: 'redis_refused', retryable: false };
    const jobs = new RedisJobStream({ reader, commands, startJobsKey: stream, stopJobsKey: uniqueName('stop') });
    await expect(jobs.read(START, 1)).rejects.toMatchObject(refused);
    await expect(jobs.wait(START, 100, new AbortController().signal)).rejects.toMatchObject(refused);
    await expect(jobs.shapes()).rejects.toMatchObject(refused);
    const manager = new RedisRuntimeManager({ commands, startJobsKey: stream });
    await expect(manager.publishStartJob('alpha', 'galaxy/engine:1')).rejects.toMatchObject(refused);
    const publisher = await publisherOn(commands, hash);
    await expect(publisher.publish({ number: 1n, result: result('alpha', '1') }, STAMP)).rejects.toMatchObject({
      ...refused,
      effect: 'not_done',
    });
    expect(await redis.exists(hash)).toBe(0);
  });

  it('a full memory may pass, and nothing was done', async () => {
    const small = await startRedis();
    opened.push(() => small.stop());
    const publisher = await publisherOn(await connect('commands', small.url));
    await looking(small.url).config('SET', 'maxmemory', '1');
    const publish = () => publisher.publish({ number: 1n, result: result('alpha', '1') }, STAMP);
    await expect(publish()).rejects.toMatchObject({ code: 'redis_unavailable', retryable: true, effect: 'not_done' });
    await looking(small.url).config('SET', 'maxmemory', '0');
    expect(await publish()).toMatchObject({ kind: 'published' });
  });

  it('a server that is no longer the primary is left and asked again', async () => {
    const publisher = await publisherOn(await connect('commands'));
    const publish = () => publisher.publish({ number: 1n, result: result('alpha', '1') }, STAMP);
    await looking().replicaof('127.0.0.1', '1');
    const taken = proxy.taken;
    await expect(publish()).rejects.toMatchObject({ code: 'redis_unavailable', retryable: true, effect: 'not_done' });
    await looking().replicaof('NO', 'ONE');
    expect(await waitFor('the primary', publish)).toMatchObject({ kind: 'published' });
    expect(proxy.taken).toBeGreaterThan(taken);
  });

  it('a missing password is told as what it is', async () => {
    const locked = await startRedis();
    opened.push(() => locked.stop());
    const redis = looking(locked.url);
    await redis.config('SET', 'requirepass', 'secret');
    const connection = new RedisConnection({ server: locked.url, role: 'commands' });
    opened.push(() => connection.close());
    await expect.poll(() => connection.ping().catch((error: unknown) => error)).toMatchObject({ code: 'redis_refused', retryable: false });
    await redis.config('SET', 'requirepass', '');
    await waitFor('the connection', () => connection.ping().then(() => true));
  });

  it('a database that it does not have is not replaced by its first one', async () => {
    const commands = new RedisConnection({ server: `${server.url}/99`, role: 'commands' });
    opened.push(() => commands.close());
    const key = uniqueName('start');
    const publish = () => new RedisRuntimeManager({ commands, startJobsKey: key }).publishStartJob('alpha', 'galaxy/engine:1');
    await expect
      .poll(() => publish().catch((error: unknown) => error))
      .toMatchObject({ message: 'redis is not connected: ERR DB index is out of range', retryable: false });
    // The next connections are refused like the first.
    for (let n = 0; n < 20; n += 1) {
      await expect(publish()).rejects.toMatchObject({ message: 'redis is not connected: ERR DB index is out of range' });
      await sleep(25);
    }
    expect(await looking().exists(key)).toBe(0);
  });

  it('entries under another key than was asked for are not taken for none', async () => {
    const given = new Redis(server.url, { keyPrefix: 'given:' });
    opened.push(() => given.disconnect());
    const [reader, commands] = [await connect('reader'), new RedisConnection({ server: given, role: 'commands' })];
    opened.push(() => commands.close());
    await waitFor('redis', () => commands.ping().then(() => true));
    const startJobsKey = uniqueName('start');
    await looking().xadd(`given:${startJobsKey}`, '*', 'game_id', 'alpha');
    const jobs = new RedisJobStream({ reader, commands, startJobsKey, stopJobsKey: uniqueName('stop') });
    await expect(jobs.read(START, 1)).rejects.toMatchObject({ message: 'redis answered XREAD with something else than expected' });
  });

  it('keys on different nodes of a cluster are a mistake of configuration', async () => {
    // By default the nodes' own port lies 10 000 higher, where an outgoing connection may sit.
    const busPort = String(await freePort());
    const cluster = await startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-port', busPort] });
    opened.push(() => cluster.stop());
    const redis = looking(cluster.url);
    await redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    const publisher = (jobResultsKey: string, commands: RedisConnection) => new RedisNumberedResultPublisher({ commands, jobResultsKey });
    const commands = await connect('commands', cluster.url);
    await waitFor('the cluster', async () => String(await redis.call('CLUSTER', 'INFO')).includes('cluster_state:ok'));
    await publisher('{galaxy}:results', commands).adoptEpoch(STAMP.epoch, null, null);
    const publish = (key: string) => publisher(key, commands).publish({ number: 1n, result: result('alpha', '1') }, STAMP);
    await expect(publish('results')).rejects.toMatchObject({ retryable: false, effect: 'not_done' });
    expect(await publish('{galaxy}:results')).toMatchObject({ kind: 'published' });
  });
});

describe('a connection', () => {
  it('takes the settings of a given client, but not those that would send twice, queue or translate', async () => {
    const given = new Redis(server.url, { protocol: 2, keyPrefix: 'given:', enableOfflineQueue: true, commandTimeout: 10 });
    opened.push(() => given.disconnect());
    const commands = new RedisConnection({ server: given, role: 'commands' });
    opened.push(() => commands.close());
    await waitFor('redis', () => commands.ping().then(() => true));
    const startJobsKey = uniqueName('start');
    await new RedisRuntimeManager({ commands, startJobsKey }).publishStartJob('alpha', 'galaxy/engine:1');
    expect(await looking().xlen(`given:${startJobsKey}`)).toBe(1);
  });

  it('ends what waits when it is closed, and says so from then on', async () => {
    const [reader, commands] = [await connect('reader'), await connect('commands')];
    const jobs = new RedisJobStream({ reader, commands, startJobsKey: uniqueName('start'), stopJobsKey: uniqueName('stop') });
    const before = performance.now();
    const waiting = jobs.wait({ start_jobs: '0-0', stop_jobs: '0-0' }, 2000, new AbortController().signal);
    reader.close();
    await expect(waiting).rejects.toThrow(DependencyFault);
    expect(performance.now() - before).toBeLessThan(1000);
    await expect(reader.ping()).rejects.toThrow(DependencyFault);
    reader.close();
  });
});
