import type { RedisServer } from '@galaxy/testing';
import { startRedis, uniqueName, waitFor } from '@galaxy/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RedisConnection } from '../connection/redis-connection.js';
import { RedisNumberedResultPublisher } from './numbered-results.js';

let server: RedisServer;
let opened: (() => unknown)[] = [];

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
afterEach(() => {
  for (const close of opened) close();
  opened = [];
});

function look(): Redis {
  const redis = new Redis(server.url, { maxRetriesPerRequest: 0 });
  opened.push(() => redis.disconnect());
  return redis;
}

async function openPublisher() {
  const commands = new RedisConnection({ server: server.url, role: 'commands' });
  opened.push(() => commands.close());
  await waitFor('redis', () => commands.ping().then(() => true));
  const key = uniqueName('results');
  return { key, publisher: new RedisNumberedResultPublisher({ commands, jobResultsKey: key }) };
}

const result = { gameId: 'alpha', outcome: 'success', containerId: '', engineEndpoint: '', errorCode: '', errorMessage: '' } as const;
const STAMP = { epoch: 1n, outboxId: 1n };

describe('adopting an epoch', () => {
  it('readers that wait for a new stream see nothing of it, and then the first result', async () => {
    const { key, publisher } = await openPublisher();
    const read = look().xread('BLOCK', 20_000, 'STREAMS', key, '5-0');
    await waitFor('the reader', async () => String(await look().client('LIST')).includes('cmd=xread'));
    await publisher.adoptEpoch(1n, null, '18446744073709551614-7');
    const redis = look();
    expect(await redis.xlen(key)).toBe(0);
    expect(await redis.xinfo('GROUPS', key)).toEqual([]);
    await publisher.publish({ number: 1n, result }, STAMP);
    expect(await read).toMatchObject([[key, [['18446744073709551614-8', expect.anything()]]]]);
  });

  it.each([
    ['9-9', '10-0'],
    ['10-9', '10-10'],
    ['9007199254740992-1', '9007199254740993-0'],
  ])('knows that %s comes before %s', async (before, after) => {
    const { key, publisher } = await openPublisher();
    const last = async () => Object.fromEntries(pairs((await look().xinfo('STREAM', key)) as unknown[]))['last-generated-id'];
    await publisher.adoptEpoch(1n, null, before);
    await publisher.adoptEpoch(1n, null, after);
    expect(await last()).toBe(after);
    await publisher.adoptEpoch(1n, null, before);
    expect(await last()).toBe(after);
  });

  it.each(['', ':publisher'])('with a key of another type (%j) is refused, with nothing done', async (suffix) => {
    const { key, publisher } = await openPublisher();
    await look().set(key + suffix, 'text');
    await expect(publisher.adoptEpoch(1n, null, '5-0')).rejects.toMatchObject({
      code: 'redis_refused',
      retryable: false,
      effect: 'not_done',
    });
    expect(await look().exists(key, `${key}:publisher`)).toBe(1);
  });
});

describe('what the server knows of its publishing', () => {
  it('is told also when it has no room', async () => {
    const { publisher } = await openPublisher();
    await publisher.adoptEpoch(3n, null, null);
    await look().config('SET', 'maxmemory', '1');
    try {
      await expect(publisher.adoptEpoch(4n, 3n, null)).rejects.toMatchObject({ code: 'redis_unavailable', effect: 'not_done' });
      expect(await publisher.state()).toMatchObject({ epoch: 3n });
    } finally {
      await look().config('SET', 'maxmemory', '0');
    }
  });

  it('is not told by a server that has become a replica: it is left for the process that is behind the address', async () => {
    const { publisher } = await openPublisher();
    const { connection } = await publisher.state();
    await look().replicaof('127.0.0.1', '1');
    await expect(publisher.state()).rejects.toMatchObject({ code: 'redis_unavailable', retryable: true });
    await look().replicaof('NO', 'ONE');
    const after = await waitFor('the primary', () => publisher.state());
    expect(after.connection).not.toBe(connection);
  });

  it('is not told of a key of another type', async () => {
    const { key, publisher } = await openPublisher();
    await look().set(`${key}:publisher`, 'text');
    await expect(publisher.state()).rejects.toMatchObject({ code: 'redis_refused', retryable: false });
  });
});

function pairs(flat: readonly unknown[]): [string, unknown][] {
  return flat.flatMap((value, at) => (at % 2 === 0 ? [[String(value), flat[at + 1]] satisfies [string, unknown]] : []));
}
