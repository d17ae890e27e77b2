import type { RedisServer } from '@galaxy/testing';
import { startRedis, uniqueName, waitFor } from '@galaxy/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RedisConnection } from '../connection/redis-connection.js';
import { RedisJobStream } from './job-stream.js';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

it('removes nothing of a stream that others read by a consumer group', async () => {
  const [redis, commands] = [new Redis(server.url), new RedisConnection({ server: server.url, role: 'commands' })];
  const [startJobsKey, stopJobsKey] = [uniqueName('start'), uniqueName('stop')];
  const stream = new RedisJobStream({ commands, reader: commands, startJobsKey, stopJobsKey });
  await waitFor('redis', () => commands.ping().then(() => true));
  for (let n = 1; n <= 250; n++) await redis.xadd(startJobsKey, `${n}-0`, 'field', 'value');
  await redis.xgroup('CREATE', startJobsKey, 'others', '0');
  const cut = { before: '201-0', firstId: '1-0', cursor: '250-0' };
  expect(await stream.trim('start_jobs', cut)).toEqual({ kind: 'other_readers' });
  await redis.xgroup('DESTROY', startJobsKey, 'others');
  expect(await stream.trim('start_jobs', cut)).toEqual({ kind: 'trimmed', removed: 200 });
  redis.disconnect();
  commands.close();
});
