import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../servers/processes/wait-for.js';
import type { FaultProxy } from './fault-proxy.js';
import { startFaultProxy } from './fault-proxy.js';

/** A client that keeps what it received and how its connection ended. */
class Client {
  received = '';
  ended: string | undefined;
  readonly socket: Socket;

  constructor(url: string) {
    const { protocol, pathname, hostname, port } = new URL(url);
    this.socket = protocol === 'unix:' ? connect(pathname) : connect(Number(port), hostname);
    this.socket.on('data', (chunk: Buffer) => (this.received += chunk.toString()));
    this.socket.on('error', (error: NodeJS.ErrnoException) => (this.ended = error.code ?? error.message));
    this.socket.on('end', () => (this.ended ??= 'end'));
  }

  send(text: string): void {
    this.socket.write(text);
  }

  async gets(text: string): Promise<void> {
    await expect.poll(() => this.received).toBe(text);
  }

  async ends(how: string): Promise<void> {
    await expect.poll(() => this.ended).toBe(how);
  }
}

describe.each(['tcp', 'unix'])('fault proxy over %s', (kind) => {
  let server: Server;
  let proxy: FaultProxy;
  let arrived = '';
  let clients: Client[] = [];
  const socketFile = join(tmpdir(), `fault-proxy-${process.pid}.sock`);
  const client = (): Client => {
    const made = new Client(proxy.url);
    clients.push(made);
    return made;
  };

  beforeEach(async () => {
    arrived = '';
    // The server answers each chunk with the same text in brackets.
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => {
        arrived += chunk.toString();
        socket.write(`<${chunk.toString()}>`);
      });
    });
    await rm(socketFile, { force: true });
    server.listen(kind === 'unix' ? { path: socketFile } : { port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    const url = kind === 'unix' ? `unix://${socketFile}` : `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    proxy = await startFaultProxy(url);
  });

  afterEach(async () => {
    for (const { socket } of clients) socket.destroy();
    clients = [];
    await proxy.stop();
    server.close();
  });

  it('passes both ways and counts connections', async () => {
    const one = client();
    one.send('a');
    await one.gets('<a>');
    expect([proxy.taken, proxy.open]).toEqual([1, 1]);
    one.socket.end();
    await one.ends('end');
    await expect.poll(() => proxy.open).toBe(0);
  });

  it('loses everything in both directions as a black hole, also on an open connection', async () => {
    const one = client();
    one.send('a');
    await one.gets('<a>');
    await proxy.set({ kind: 'black_hole' });
    one.send('b');
    const two = client();
    two.send('c');
    await expect.poll(() => proxy.taken).toBe(2);
    await proxy.set({ kind: 'pass' });
    one.send('d');
    await one.gets('<a><d>');
    expect(arrived).toBe('ad');
    expect([one.ended, two.ended, two.received]).toEqual([undefined, undefined, '']);
  });

  it('holds what is sent until the mode changes', async () => {
    await proxy.set({ kind: 'hold' });
    const one = client();
    one.send('a');
    await expect.poll(() => proxy.taken).toBe(1);
    expect(arrived).toBe('');
    await proxy.set({ kind: 'pass' });
    await one.gets('<a>');
  });

  it('passes requests and loses their replies', async () => {
    await proxy.set({ kind: 'drop_replies' });
    const one = client();
    one.send('a');
    await expect.poll(() => arrived).toBe('a');
    await proxy.set({ kind: 'pass' });
    one.send('b');
    await one.gets('<b>');
  });

  it.each([
    ['reset', kind === 'unix' ? 'end' : 'ECONNRESET'],
    ['end', 'end'],
  ] as const)('cuts a reply after some bytes by %s', async (then, seen) => {
    await proxy.set({ kind: 'cut_reply', afterBytes: 3, then });
    const one = client();
    one.send('abc');
    await one.gets('<ab');
    await one.ends(seen);
  });

  it('passes nothing more after half a reply', async () => {
    await proxy.set({ kind: 'cut_reply', afterBytes: 3, then: 'silence' });
    const one = client();
    one.send('abc');
    await one.gets('<ab');
    one.send('d');
    await expect.poll(() => arrived).toBe('abcd');
    expect([one.received, one.ended]).toEqual(['<ab', undefined]);
  });

  it('counts the bytes of a cut from when it was set', async () => {
    const one = client();
    one.send('a');
    await one.gets('<a>');
    await proxy.set({ kind: 'cut_reply', afterBytes: 4, then: 'end' });
    one.send('b');
    await one.gets('<a><b>');
    one.send('c');
    await one.gets('<a><b><');
    await one.ends('end');
  });

  it('delays', async () => {
    await proxy.set({ kind: 'delay', ms: 60 });
    const before = performance.now();
    const one = client();
    one.send('a');
    await one.gets('<a>');
    expect(performance.now() - before).toBeGreaterThan(115);
  });

  it('resets open and new connections', async () => {
    const one = client();
    one.send('a');
    await one.gets('<a>');
    await proxy.set({ kind: 'reset' });
    await one.ends(kind === 'unix' ? 'end' : 'ECONNRESET');
    const two = client();
    await waitFor('the end of the second connection', () => two.ended !== undefined || two.socket.destroyed);
    expect(two.received).toBe('');
  });

  it('refuses connections, and accepts them again on the same address', async () => {
    await proxy.set({ kind: 'refuse' });
    await client().ends(kind === 'unix' ? 'ENOENT' : 'ECONNREFUSED');
    await proxy.set({ kind: 'pass' });
    const two = client();
    two.send('a');
    await two.gets('<a>');
  });

  it('resets open connections without a change of its mode', async () => {
    const one = client();
    one.send('a');
    await one.gets('<a>');
    proxy.resetAll();
    await one.ends(kind === 'unix' ? 'end' : 'ECONNRESET');
    const two = client();
    two.send('b');
    await two.gets('<b>');
  });

  it('connects new connections to another server, and leaves open ones where they are', async () => {
    const other = createServer((socket) => socket.end('other'));
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const before = client();
    before.send('a');
    await before.gets('<a>');
    proxy.pointTo(`tcp://127.0.0.1:${(other.address() as AddressInfo).port}`);
    await client().gets('other');
    before.send('b');
    await before.gets('<a><b>');
    other.close();
  });
});

describe('fault proxy address', () => {
  it('replaces only host and port of the URL', async () => {
    const proxy = await startFaultProxy('postgres://user:secret@127.0.0.1:5/db?x=1');
    expect(proxy.url).toMatch(/^postgres:\/\/user:secret@127(?:\.\d+){3}:\d+\/db\?x=1$/);
    await proxy.stop();
    expect(new URL(proxy.url).hostname).not.toBe('127.0.0.1');
    await expect(startFaultProxy('gopher://host/')).rejects.toThrow('no port');
  });
});
