import { PUBLISH_ID_REMEMBERED_MS } from '@galaxy/ports';
import type { RedisServer } from '@galaxy/testing';
import { startRedis, uniqueName, waitFor } from '@galaxy/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RedisConnection } from '../connection/redis-connection.js';
import { RedisRuntimeManager } from './runtime-manager.js';

let server: RedisServer;
let opened: (() => void)[] = [];

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
afterEach(() => {
  for (const close of opened) close();
  opened = [];
});

async function connect(): Promise<RedisConnection> {
  const connection = new RedisConnection({ server: server.url, role: 'commands' });
  opened.push(() => connection.close());
  await waitFor('redis', () => connection.ping().then(() => true));
  return connection;
}

function looking(): Redis {
  const redis = new Redis(server.url, { maxRetriesPerRequest: 0 });
  opened.push(() => redis.disconnect());
  return redis;
}

describe('publishing jobs with an id', () => {
  it('what wasPublished answers stays true of a call that was in the buffer of a server that stood still', async () => {
    const startJobsKey = uniqueName('start');
    const managerOn = async (publishWithinMs: number) =>
      new RedisRuntimeManager({ commands: await connect(), startJobsKey, publishWithinMs });
    const [manager, elsewhere] = [await managerOn(1000), await managerOn(20_000)];
    const since = new Date();
    server.pause();
    // Asked before, beside and after the call: whichever the server takes first decides for all.
    const asked = elsewhere.wasPublished('a', since);
    const call = manager.publishStartJob('alpha', 'galaxy/engine:1', { id: 'a' });
    await expect(call)
      .rejects.toMatchObject({ retryable: true, effect: 'unknown' })
      .finally(() => server.resume());
    const answers = [await asked, await waitFor('the connection', () => manager.wasPublished('a', since))];
    const entries = await looking().xrange(startJobsKey, '-', '+');
    for (const was of answers)
      expect(was).toEqual(
        entries.length === 0 ? { kind: 'not_published' } : { kind: 'published', stream: 'start_jobs', entryId: entries[0]?.[0] },
      );
    expect(entries.length).toBeLessThanOrEqual(1);
  });

  it('remembers an id for a day and an hour, beside the start stream, also of a stop', async () => {
    const [startJobsKey, stopJobsKey] = [uniqueName('start'), uniqueName('stop')];
    const manager = new RedisRuntimeManager({ commands: await connect(), startJobsKey, stopJobsKey });
    await manager.publishStopJob('alpha', 'timeout', { id: 'a {b}' });
    await manager.wasPublished('never', new Date());
    for (const id of ['a {b}', 'never']) {
      const seconds = await looking().ttl(`${startJobsKey}:id:${id}`);
      expect(seconds).toBeGreaterThan(PUBLISH_ID_REMEMBERED_MS / 1000);
      expect(seconds).toBeLessThanOrEqual(PUBLISH_ID_REMEMBERED_MS / 1000 + 3600);
    }
    await looking().del(`${startJobsKey}:id:a {b}`);
    const longAgo = new Date(Date.now() - PUBLISH_ID_REMEMBERED_MS);
    expect(await manager.wasPublished('a {b}', longAgo)).toEqual({ kind: 'unknown' });
    expect(await looking().exists(`${startJobsKey}:id:a {b}`)).toBe(0);
  });

  it('takes a key that holds something else for no answer, and does not say that anything was published', async () => {
    const startJobsKey = uniqueName('start');
    const manager = new RedisRuntimeManager({ commands: await connect(), startJobsKey });
    await looking().set(`${startJobsKey}:id:a`, 'text');
    const refused = { code: 'redis_refused', retryable: false };
    await expect(manager.publishStartJob('alpha', 'galaxy/engine:1', { id: 'a' })).rejects.toMatchObject(refused);
    await expect(manager.wasPublished('a', new Date())).rejects.toMatchObject(refused);
    expect(await looking().exists(startJobsKey)).toBe(0);
  });
});
