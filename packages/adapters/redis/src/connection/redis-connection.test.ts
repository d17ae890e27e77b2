import { EventEmitter } from 'node:events';
import { DependencyFault } from '@galaxy/ports';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectionOptions, reconnectDelay } from './connection-options.js';
import { RedisConnection } from './redis-connection.js';

/** A driver that is connected and never answers, as one of its bugs or a stalled network would make it. */
class HungClient extends EventEmitter {
  readonly status = 'ready';
  disconnected = false;

  ping(): Promise<string> {
    return new Promise(() => undefined);
  }

  disconnect(): void {
    this.disconnected = true;
  }
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

function overHungClients(): { connection: RedisConnection; clients: HungClient[] } {
  const clients: HungClient[] = [];
  const duplicate = () => {
    const client = new HungClient();
    clients.push(client);
    return client as unknown as Redis;
  };
  const connection = new RedisConnection({ server: { duplicate } as unknown as Redis, role: 'commands' });
  return { connection, clients };
}

describe('RedisConnection over a driver that never answers', () => {
  it('ends every command by its own deadline', async () => {
    const { connection } = overHungClients();
    const outcome = expect(connection.ping()).rejects.toThrow(DependencyFault);
    await vi.advanceTimersByTimeAsync(3000);
    await outcome;
  });

  it('throws the client away for a new one when nothing was answered for three blocks', async () => {
    const { connection, clients } = overHungClients();
    const attempt = async () => {
      const outcome = expect(connection.ping()).rejects.toThrow(DependencyFault);
      await vi.advanceTimersByTimeAsync(3000);
      await outcome;
    };
    for (let i = 0; i < 3; i += 1) await attempt();
    expect(clients.map((client) => client.disconnected)).toEqual([false]);
    await attempt();
    expect(clients.map((client) => client.disconnected)).toEqual([true, false]);
  });

  it('makes no new client once it is closed, and says so at once', async () => {
    const { connection, clients } = overHungClients();
    connection.close();
    await expect(connection.ping()).rejects.toMatchObject({ message: 'the connection to redis was closed', retryable: false });
    expect(clients.map((client) => client.disconnected)).toEqual([true]);
  });
});

describe('the settings of the driver', () => {
  it.each(['reader', 'commands'] as const)('never send a command twice, never queue one: %s', (role) => {
    expect(connectionOptions(role)).toMatchObject({
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      enableOfflineQueue: false,
    });
  });

  it('connect again after half to all of 50 ms doubled, at most a second', () => {
    const delays = Array.from({ length: 200 }, (_, i) => reconnectDelay(i % 20));
    expect(Math.max(...delays)).toBeLessThanOrEqual(1000);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(25);
    expect(reconnectDelay(1000)).toBeGreaterThanOrEqual(500);
  });
});
