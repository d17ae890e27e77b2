import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DependencyFault } from '@galaxy/ports';
import { expect, it, onTestFinished } from 'vitest';
import { callDocker } from './call-docker.js';
import { dockerConnection } from './docker-connection.js';

const never = () => new Promise<never>(() => {});

it('gives the result', async () => {
  expect(await callDocker({ operation: 'x', deadlineMs: 1000, run: async () => 7 })).toEqual({ kind: 'ok', value: 7 });
});

it('gives an answer of the daemon as a refusal', async () => {
  const run = () => Promise.reject(Object.assign(new Error('no'), { statusCode: 404 }));
  expect(await callDocker({ operation: 'x', deadlineMs: 1000, run })).toEqual({ kind: 'gone', message: 'no' });
});

it('is a fault at the deadline, and ends the request', async () => {
  let request: AbortSignal | undefined;
  const run = (signal: AbortSignal) => {
    request = signal;
    return never();
  };
  await expect(callDocker({ operation: 'x', deadlineMs: 5, run })).rejects.toMatchObject({ effect: 'unknown' });
  expect(request?.aborted).toBe(true);
});

it('drops what comes after the deadline, also a failure', async () => {
  let fail: (error: Error) => void = () => {};
  const run = () => new Promise<never>((_, reject) => (fail = reject));
  await expect(callDocker({ operation: 'x', deadlineMs: 5, run })).rejects.toBeInstanceOf(DependencyFault);
  fail(new Error('late'));
  // An unhandled rejection would fail the test run.
  await new Promise((resolve) => setImmediate(resolve));
});

it('does not end the request when it went well', async () => {
  let request: AbortSignal | undefined;
  await callDocker({ operation: 'x', deadlineMs: 1000, run: async (signal) => void (request = signal) });
  expect(request?.aborted).toBe(false);
});

it('is a fault when the signal fires before or during the call', async () => {
  const call = (signal: AbortSignal) => callDocker({ operation: 'x', deadlineMs: 1000, signal, run: never });
  await expect(call(AbortSignal.abort())).rejects.toBeInstanceOf(DependencyFault);
  const abort = new AbortController();
  const waiting = call(abort.signal);
  abort.abort();
  await expect(waiting).rejects.toBeInstanceOf(DependencyFault);
});

it('is a fault when the client throws instead of rejecting', async () => {
  const run = () => {
    throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  };
  await expect(callDocker({ operation: 'x', deadlineMs: 1000, run })).rejects.toMatchObject({ effect: 'not_done' });
});

/** A daemon that answers each request with these bytes and closes the connection. */
async function daemonThatAnswers(bytes: string): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'daemon-'));
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(bytes));
  }).listen(join(dir, 'docker.sock'));
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    rmSync(dir, { recursive: true });
  });
  return `unix://${dir}/docker.sock`;
}

const HEAD = 'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n';
const BODY = `{"Id":"${'x'.repeat(200_000)}"}`;

it('is a fault as soon as the connection is closed amid the answer', async () => {
  const { quick } = dockerConnection(await daemonThatAnswers(`${HEAD}Content-Length: 100\r\n\r\n{"Id":`));
  const run = (abortSignal: AbortSignal) => quick.createContainer({ Image: 'x', abortSignal });
  // Far above the time it takes, and far below the deadline.
  const call = callDocker({ operation: 'x', deadlineMs: 600_000, run });
  await expect(call).rejects.toMatchObject({
    effect: 'unknown',
    retryable: true,
    message: expect.stringContaining('ECONNRESET') as string,
  });
});

it('gives a long answer whose connection is closed right behind it', async () => {
  const { quick } = dockerConnection(await daemonThatAnswers(`${HEAD}Content-Length: ${BODY.length}\r\n\r\n${BODY}`));
  const run = (abortSignal: AbortSignal) => quick.createContainer({ Image: 'x', abortSignal });
  for (let round = 0; round < 50; round += 1)
    expect(await callDocker({ operation: 'x', deadlineMs: 600_000, run })).toMatchObject({
      kind: 'ok',
      value: { id: 'x'.repeat(200_000) },
    });
});
