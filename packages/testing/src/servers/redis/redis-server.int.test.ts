import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFaultProxy } from '../../fault-proxy/fault-proxy.js';
import { isRunning } from '../processes/process-table.js';
import type { RedisServer } from './redis-server.js';
import { startRedis } from './redis-server.js';

/** Runs one command on a connection of its own, with a time-out of a second. */
async function once<T>(url: string, act: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null, commandTimeout: 1000 });
  redis.on('error', () => undefined);
  try {
    return await act(redis);
  } finally {
    redis.disconnect();
  }
}

describe('a private Redis', () => {
  let server: RedisServer;
  beforeEach(async () => {
    server = await startRedis();
  });
  afterEach(() => server.stop());

  it('has all acknowledged writes after a crash, on the same address', async () => {
    await once(server.url, (redis) => redis.xadd('jobs', '*', 'game_id', 'g1'));
    const before = server.pid();
    await server.kill();
    await expect(once(server.url, (redis) => redis.xlen('jobs'))).rejects.toThrow();
    await server.restart();
    expect(server.pid()).not.toBe(before);
    expect(await once(server.url, (redis) => redis.xlen('jobs'))).toBe(1);
  });

  it('loses the writes that it acknowledged after keepData, when the kept data is put back', async () => {
    await once(server.url, (redis) => redis.xadd('jobs', '*', 'game_id', 'g1'));
    const losePower = await server.keepData();
    await once(server.url, (redis) => redis.xadd('jobs', '*', 'game_id', 'g2'));
    await losePower();
    expect(await once(server.url, (redis) => redis.xlen('jobs'))).toBe(1);
  });

  it('refuses writes when its disk is full, but answers reads', async () => {
    const small = await startRedis({ diskMb: 2, args: ['--appendfsync', 'everysec'] });
    await once(small.url, (redis) => redis.set('key', 'value'));
    await writeFile(join(small.dataDir, 'filler'), Buffer.alloc(2 * 1024 * 1024)).catch(() => undefined);
    const write = () => once(small.url, (redis) => redis.set('large', 'x'.repeat(100_000)));
    await expect.poll(() => write().catch(String)).toContain('MISCONF');
    expect(await once(small.url, (redis) => redis.get('key'))).toBe('value');
    await rm(join(small.dataDir, 'filler'));
    await expect.poll(() => write().catch(String)).toBe('OK');
    await small.stop();
  });

  it('does not answer while paused', async () => {
    server.pause();
    await expect(once(server.url, (redis) => redis.ping())).rejects.toThrow('timed out');
    server.resume();
    expect(await once(server.url, (redis) => redis.ping())).toBe('PONG');
  });

  it('evicts nothing and accepts further arguments', async () => {
    expect(await once(server.url, (redis) => redis.config('GET', 'maxmemory-policy'))).toEqual(['maxmemory-policy', 'noeviction']);
    const small = await startRedis({ args: ['--maxmemory', '3mb'] });
    expect(await once(small.url, (redis) => redis.config('GET', 'maxmemory'))).toEqual(['maxmemory', '3145728']);
    await small.stop();
  });

  it('carries out a command whose reply a fault proxy loses', async () => {
    const proxy = await startFaultProxy(server.url);
    await proxy.set({ kind: 'drop_replies' });
    await expect(once(proxy.url, (redis) => redis.call('SET', 'key', 'value'))).rejects.toThrow();
    await proxy.stop();
    await once(server.url, (redis) => redis.set('other', '1'));
    expect(await once(server.url, (redis) => redis.exists('other'))).toBe(1);
  });

  it('can be stopped while it is paused', async () => {
    const paused = await startRedis();
    paused.pause();
    await paused.stop();
    expect(isRunning(paused.pid())).toBe(false);
  });

  it('says why it did not start', async () => {
    await expect(startRedis({ args: ['--no-such-option', '1'] })).rejects.toThrow(/redis-server did not start[^]*no-such-option/);
  });
});
