import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { createDemoEngine } from '@galaxy/demo-engine';
import { engineClientContract } from '@galaxy/manager-port-contracts';
import { describe, expect, it } from 'vitest';
import { EngineHttpClient } from './engine-http-client.js';

/** Something that listens and does with each connection what it is told. */
async function listen(
  onConnection: (socket: Socket) => void,
): Promise<{ address: string; taken: () => number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  let taken = 0;
  const server = createServer((socket) => {
    taken += 1;
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, taken: () => taken, close };
}

const replying = (text: string) => listen((socket) => socket.once('data', () => socket.end(text)));
const ok = (body: string, headers = '') => `HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;
const never = new AbortController().signal;

engineClientContract('HTTP', async () => {
  const [healthy, starting, silent, gone] = await Promise.all([
    createDemoEngine(),
    createDemoEngine({ neverReady: true }),
    listen(() => {}),
    listen(() => {}),
  ]);
  await gone.close();
  return {
    client: new EngineHttpClient({ deadlineMs: 1000 }),
    healthy: healthy.url,
    starting: starting.url,
    gone: gone.address,
    silent: silent.address,
    close: async () => {
      await Promise.all([healthy.close(), starting.close(), silent.close()]);
    },
  };
});

async function healthOf(server: Awaited<ReturnType<typeof listen>>, deadlineMs = 1_000) {
  try {
    return await new EngineHttpClient({ deadlineMs }).health(server.address, never);
  } finally {
    await server.close();
  }
}

describe('an engine that', () => {
  it.each([
    ['answers with an empty body', ok('')],
    ['answers with text', ok('fine')],
    ['answers with a JSON that tells no status', ok('[1]')],
    ['answers as the contract says', ok('{"status":"ok"}')],
    ['answers with its end alone', 'HTTP/1.0 200 OK\r\n\r\nfine'],
  ])('%s is healthy', async (_, text) => {
    expect(await healthOf(await replying(text))).toEqual({ kind: 'healthy' });
  });

  it.each([
    ['tells another status', ok('{"status":"starting"}'), 'the body has a status other than ok'],
    ['redirects', 'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n', 'status 302'],
    ['fails', 'HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n', 'status 500'],
    ['has nothing to say', 'HTTP/1.1 204 No Content\r\n\r\n', 'status 204'],
    ['answers with garbage', 'SSH-2.0-OpenSSH_9.2\r\n', 'the answer is not HTTP'],
    ['sends endless headers', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`, 'the answer is not HTTP'],
    ['sends too much', ok('x'.repeat(65 * 1024)), 'the answer is too long'],
    ['cuts its answer', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', 'the answer was cut'],
  ])('%s is unhealthy', async (_, text, detail) => {
    expect(await healthOf(await replying(text))).toEqual({ kind: 'unhealthy', detail });
  });

  it('sends an endless body fast is unhealthy, and cut off', async () => {
    const server = await listen((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
      const flood = () => {
        if (!socket.destroyed) socket.write(chunk, () => setImmediate(flood));
      };
      flood();
    });
    expect(await healthOf(server)).toEqual({ kind: 'unhealthy', detail: 'the answer is too long' });
  });

  it('sends an endless body slowly is unhealthy at the deadline', async () => {
    const server = await listen((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      const timer = setInterval(() => socket.write('1\r\nx\r\n'), 10);
      socket.once('close', () => clearInterval(timer));
    });
    expect(await healthOf(server, 60)).toEqual({ kind: 'unhealthy', detail: 'the answer does not end' });
  });

  it('sends its headers slowly is unreachable at the deadline', async () => {
    const server = await listen((socket) => {
      const timer = setInterval(() => socket.write('H'), 200);
      socket.once('close', () => clearInterval(timer));
    });
    expect(await healthOf(server, 60)).toEqual({ kind: 'unreachable', detail: 'no answer within 60 ms' });
  });

  it('resets the connection is unreachable', async () => {
    const server = await listen((socket) => socket.resetAndDestroy());
    expect(await healthOf(server)).toMatchObject({ kind: 'unreachable' });
  });
});

it('follows no redirect, also to itself', async () => {
  const server = await replying('HTTP/1.1 301 Moved\r\nLocation: /healthz\r\nContent-Length: 0\r\n\r\n');
  expect(await healthOf(server)).toEqual({ kind: 'unhealthy', detail: 'status 301' });
  expect(server.taken()).toBe(1);
});

it.each(['', 'nothing', 'https://127.0.0.1:1', 'http://user:secret@127.0.0.1:1', 'ftp://127.0.0.1'])(
  'does not ask at %j',
  async (address) => {
    const detail = 'the address is not http://host:port';
    expect(await new EngineHttpClient().health(address, never)).toEqual({ kind: 'unreachable', detail });
  },
);

it('is unreachable when the name is not known', async () => {
  expect(await new EngineHttpClient().health('http://galaxy-game-none.invalid:8080', never)).toMatchObject({ kind: 'unreachable' });
});
