import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { engineImages, testServers } from '@galaxy/testing';
import Docker from 'dockerode';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dockerConnection } from './docker-connection.js';

// What dockerode, and docker-modem below it, do with answers that are cut, late or wrong. Our deadlines (call-docker.ts), our
// reader of pulls (pull-stream.ts) and of events (docker-events.ts), and the kinds of refusals (docker-faults.ts) answer to
// this: if one of these tests fails after an update, read them again, and take away what is no longer needed.

/** A daemon that answers each request with exactly these bytes, and then does to the connection what it is told. */
async function rawDaemon(reply: string, then: (socket: Socket) => void): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'daemon-'));
  const socketPath = join(dir, 'docker.sock');
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(reply, () => then(socket)));
  }).listen(socketPath);
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
    rmSync(dir, { recursive: true });
  });
  return socketPath;
}

/** What became of a call after a while. */
async function fateOf(call: Promise<unknown>, afterMs = 1_000): Promise<string> {
  const settled = call.then(
    () => 'resolved',
    (error: unknown) => `rejected: ${error instanceof Error ? error.message : ''}`,
  );
  return Promise.race([settled, sleep(afterMs, 'pending')]);
}

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const halfAnswer = `${HEAD}Content-Length: 100\r\n\r\n{"Id":`;
const cut = (socket: Socket) => void setTimeout(() => socket.destroy(), 50);
const keep = () => undefined;

describe('a response that is cut after its headers', () => {
  it('never settles its call', async () => {
    const docker = new Docker({ socketPath: await rawDaemon(halfAnswer, cut) });
    expect(await fateOf(docker.info())).toBe('pending');
  });

  it.each([{ timeout: 200 }, { connectionTimeout: 200 }])('never settles it with %j either', async (options) => {
    const docker = new Docker({ socketPath: await rawDaemon(halfAnswer, cut), ...options });
    expect(await fateOf(docker.info())).toBe('pending');
  });

  it('never settles it with a signal that aborts after the cut', async () => {
    const docker = new Docker({ socketPath: await rawDaemon(halfAnswer, cut) });
    expect(await fateOf(docker.getContainer('c').inspect({ abortSignal: AbortSignal.timeout(200) }))).toBe('pending');
  });
});

describe('a response that stops after its headers', () => {
  it('is not ended by the timeout', async () => {
    const docker = new Docker({ socketPath: await rawDaemon(halfAnswer, keep), timeout: 200 });
    expect(await fateOf(docker.info())).toBe('pending');
  });

  it('is ended by a signal', async () => {
    const docker = new Docker({ socketPath: await rawDaemon(halfAnswer, keep) });
    const call = docker.getContainer('c').inspect({ abortSignal: AbortSignal.timeout(200) });
    expect(await fateOf(call)).toContain('rejected');
  });
});

describe('the timeout', () => {
  it('ends a stream of events that is quiet for a while', async () => {
    const docker = new Docker({ socketPath: await rawDaemon(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`, keep), timeout: 200 });
    const events = await docker.getEvents();
    events.resume();
    const [error] = (await once(events, 'error')) as [Error];
    expect(error.message).toBe('aborted');
  });
});

describe('followProgress', () => {
  /** What it makes of these lines. */
  function follow(lines: string): { outcome: Promise<string>; stream: PassThrough } {
    const stream = new PassThrough();
    const { modem } = new Docker({ socketPath: '/no/such.sock' });
    const outcome = new Promise<string>((resolve) => {
      modem.followProgress(stream, (error, output) => resolve(error === null ? `resolved with ${output.length}` : 'rejected'));
    });
    stream.write(lines);
    return { outcome, stream };
  }

  it('takes an error in the report for success', async () => {
    const { outcome, stream } = follow('{"status":"Pulling"}\n{"error":"disk full","errorDetail":{"message":"disk full"}}\n');
    stream.end();
    expect(await outcome).toBe('resolved with 2');
  });

  it('takes a report that is cut for success', async () => {
    const { outcome, stream } = follow('{"status":"Pulling"}\n');
    stream.destroy();
    expect(await outcome).toBe('resolved with 1');
  });

  it('throws out of its listener at a line that is no JSON', async () => {
    const { outcome, stream } = follow('');
    expect(() => stream.emit('data', Buffer.from('<html>\n'))).toThrow(SyntaxError);
    expect(await fateOf(outcome, 200)).toBe('pending');
  });

  it('waits for ever for a report that goes on no further', async () => {
    expect(await fateOf(follow('{"status":"Pulling"}\n').outcome, 500)).toBe('pending');
  });
});

describe('a start or stop that changes nothing', () => {
  it('is an error with the status 304', async () => {
    const { docker, dockerHost } = testServers();
    const json = { Image: engineImages.tiny, HostConfig: { NetworkMode: 'none' } };
    const { Id } = await docker.json<{ Id: string }>({ method: 'POST', path: '/containers/create', json });
    const container = dockerConnection(dockerHost).quick.getContainer(Id);
    await container.start();
    await expect(container.start()).rejects.toMatchObject({ statusCode: 304 });
    await container.kill();
    await expect(container.stop()).rejects.toMatchObject({ statusCode: 304 });
    await container.remove({ force: true });
  });
});
