import type { RedisServer } from '@galaxy/testing';
import { startRedis, uniqueName, waitFor } from '@galaxy/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RedisConnection } from '../connection/redis-connection.js';
import { RedisNumberedResultPublisher } from './numbered-results.js';

const ALL = { youngerThanMs: 3_600_000, lastEntries: 0 };
let server: RedisServer;
let redis: Redis;
let commands: RedisConnection;
let key: string;
let publisher: RedisNumberedResultPublisher;
beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
  commands = new RedisConnection({ server: server.url, role: 'commands' });
  await waitFor('redis', () => commands.ping().then(() => true));
});
afterAll(async () => {
  redis.disconnect();
  commands.close();
  await server.stop();
});
beforeEach(async () => {
  key = uniqueName('results');
  publisher = new RedisNumberedResultPublisher({ commands, jobResultsKey: key });
  await add(250);
});

/** Entries of 1970, then one of now. */
async function add(count: number): Promise<void> {
  const entries = redis.pipeline();
  for (let n = 1; n <= count; n++) entries.xadd(key, `${String(n)}-0`, 'field', 'value');
  await entries.xadd(key, '*', 'field', 'value').exec();
}
const firstId = async () => (await redis.xrange(key, '-', '+', 'COUNT', 1))[0]?.[0];

describe('trimming results', () => {
  it('removes what is old by the clock of the server', async () => {
    expect(await publisher.trim(ALL)).toEqual({ removed: 200, heldBack: false });
    expect(await publisher.trim(ALL)).toEqual({ removed: 0, heldBack: false });
    expect(await firstId()).toBe('201-0');
  });

  it('leaves what a group has not been given', async () => {
    await redis.xgroup('CREATE', key, 'others', '0');
    expect(await publisher.trim(ALL)).toEqual({ removed: 0, heldBack: true });
    await redis.xgroup('SETID', key, 'others', '150-0');
    expect(await publisher.trim(ALL)).toEqual({ removed: 100, heldBack: true });
    await redis.xgroup('SETID', key, 'others', '$');
    expect(await publisher.trim(ALL)).toEqual({ removed: 100, heldBack: false });
  });

  it('leaves what is pending in a group, however far the others are', async () => {
    await redis.xgroup('CREATE', key, 'ahead', '$');
    await redis.xgroup('CREATE', key, 'others', '120-0');
    await redis.xreadgroup('GROUP', 'others', 'reader', 'COUNT', 100, 'STREAMS', key, '>');
    expect(await publisher.trim(ALL)).toEqual({ removed: 100, heldBack: true });
    expect(await firstId()).toBe('101-0');
    const pending = (await redis.xpending(key, 'others', '-', '+', 200)) as [string][];
    await redis.xack(key, 'others', ...pending.map(([id]) => id));
    expect(await publisher.trim(ALL)).toEqual({ removed: 100, heldBack: true });
    expect(await firstId()).toBe('201-0');
  });

  it('is done in portions, also where a node has more entries than one', async () => {
    const before = String((await redis.config('GET', 'stream-node-max-entries'))[1]);
    await redis.config('SET', 'stream-node-max-entries', '0');
    try {
      key = uniqueName('results');
      await add(2500);
      const large = new RedisNumberedResultPublisher({ commands, jobResultsKey: key });
      const counts: number[] = [];
      do counts.push((await large.trim({ ...ALL, lastEntries: 10 })).removed);
      while ((counts.at(-1) ?? 0) > 0);
      expect(Math.max(...counts)).toBeLessThanOrEqual(1000);
      expect(await redis.xlen(key)).toBeLessThanOrEqual(1001);
      expect(await redis.xlen(key)).toBeGreaterThanOrEqual(10);
    } finally {
      await redis.config('SET', 'stream-node-max-entries', before);
    }
  });

  it('of a key of another type is refused', async () => {
    await redis.set(`${key}-text`, 'text');
    const other = new RedisNumberedResultPublisher({ commands, jobResultsKey: `${key}-text` });
    await expect(other.trim(ALL)).rejects.toMatchObject({ code: 'redis_refused', retryable: false });
  });
});
