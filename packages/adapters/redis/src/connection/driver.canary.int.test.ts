import { setTimeout as sleep } from 'node:timers/promises';
import { startFaultProxy, testServers, uniqueName, waitFor } from '@galaxy/testing';
import type { RedisOptions } from 'ioredis';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';

// What ioredis does with a command whose reply was lost. The settings in connection-options.ts answer to this: if one of
// these tests fails after an update of ioredis, read them again.

type ClientOptions = Omit<RedisOptions, 'replyMapping'>;

/** Sends XADD, loses its reply and the connection; tells what became of the call and how many entries there are. */
async function loseReplyOfXadd(options: ClientOptions): Promise<{ outcome: 'resolved' | 'rejected' | 'pending'; entries: number }> {
  const { redisUrl } = testServers();
  const proxy = await startFaultProxy(redisUrl);
  const look = new Redis(redisUrl);
  const redis = new Redis(proxy.url, { ...options, retryStrategy: () => 20 });
  redis.on('error', () => undefined);
  const key = uniqueName('canary');
  try {
    await redis.xadd(key, '*', 'n', '0');
    await proxy.set({ kind: 'drop_replies' });
    let outcome: 'resolved' | 'rejected' | 'pending' = 'pending';
    redis.xadd(key, '*', 'n', '1').then(
      () => {
        outcome = 'resolved';
      },
      () => {
        outcome = 'rejected';
      },
    );
    await waitFor('the entry', async () => (await look.xlen(key)) === 2);
    proxy.resetAll();
    await proxy.set({ kind: 'pass' });
    await waitFor('the new connection', () => redis.status === 'ready');
    // Long enough for a command that is sent again to arrive.
    await sleep(300);
    return { outcome, entries: (await look.xlen(key)) - 1 };
  } finally {
    redis.disconnect();
    look.disconnect();
    await proxy.stop();
  }
}

describe('ioredis, when the reply of XADD is lost with the connection', () => {
  it('by default sends it again: one call, two entries', async () => {
    expect(await loseReplyOfXadd({})).toEqual({ outcome: 'resolved', entries: 2 });
  });

  it('with autoResendUnfulfilledCommands: false alone leaves the call pending (redis/ioredis#2193)', async () => {
    expect(await loseReplyOfXadd({ autoResendUnfulfilledCommands: false })).toEqual({ outcome: 'pending', entries: 1 });
  });

  it('with maxRetriesPerRequest: 0 as well rejects it, unsent', async () => {
    const options = { autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0 };
    expect(await loseReplyOfXadd(options)).toEqual({ outcome: 'rejected', entries: 1 });
  });
});

describe('ioredis, when nothing comes back', () => {
  /** Blocks in XREAD behind a proxy that swallows everything; tells what became of it after a while. */
  async function readIntoBlackHole(options: ClientOptions): Promise<string> {
    const proxy = await startFaultProxy(testServers().redisUrl);
    const redis = new Redis(proxy.url, { ...options, maxRetriesPerRequest: 0 });
    redis.on('error', () => undefined);
    try {
      await redis.ping();
      await proxy.set({ kind: 'black_hole' });
      const read = redis.xread('BLOCK', 200, 'STREAMS', uniqueName('canary'), '0-0').then(
        () => 'resolved',
        () => 'rejected',
      );
      return await Promise.race([read, sleep(1500, 'pending')]);
    } finally {
      redis.disconnect();
      await proxy.stop();
    }
  }

  it('by default a blocking read stays pending', async () => {
    expect(await readIntoBlackHole({})).toBe('pending');
  });

  it('with blockingTimeout it answers as if nothing had arrived', async () => {
    expect(await readIntoBlackHole({ blockingTimeout: 500 })).toBe('resolved');
  });

  it('with socketTimeout it rejects', async () => {
    expect(await readIntoBlackHole({ socketTimeout: 500 })).toBe('rejected');
  });
});
