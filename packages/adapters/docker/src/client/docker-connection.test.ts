import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { DockerContainerEngine } from '../docker-container-engine.js';
import { dockerConnection } from './docker-connection.js';

afterEach(() => void vi.unstubAllEnvs());

it.each(['', '/var/run/docker.sock', 'unix://docker.sock', 'https://h:2376', 'ssh://u@h', 'tcp://u:p@h:1', 'tcp://h:1/path'])(
  'refuses the host %j',
  (host) => {
    expect(() => dockerConnection(host)).toThrow('docker: the host must be');
  },
);

it('takes nothing from the environment', () => {
  vi.stubEnv('DOCKER_HOST', 'tcp://192.0.2.1:2376');
  vi.stubEnv('DOCKER_TLS_VERIFY', '1');
  vi.stubEnv('DOCKER_CLIENT_TIMEOUT', '5');
  const modem: unknown = dockerConnection('unix:///run/docker.sock').quick.modem;
  expect(modem).toMatchObject({ socketPath: '/run/docker.sock', host: undefined, protocol: 'http', timeout: undefined });
  const overTcp: unknown = dockerConnection('tcp://10.0.0.1').slow.modem;
  expect(overTcp).toMatchObject({ host: 'http://10.0.0.1', port: 2375, protocol: 'http', timeout: undefined });
});

it('keeps its deadlines with many calls under way to a daemon that hangs', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'daemon-'));
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(join(dir, 'docker.sock'), resolve));
  const engine = new DockerContainerEngine({ host: `unix://${dir}/docker.sock`, instance: 'test', deadlines: { ping: 100 } });
  const begun = performance.now();
  for (let round = 0; round < 3; round += 1)
    await Promise.all(Array.from({ length: 60 }, () => expect(engine.ping()).rejects.toThrow('no answer within 100 ms')));
  // Ten times the three deadlines, which what a client does per call would exceed if it grew with the calls under way.
  expect(performance.now() - begun).toBeLessThan(3_000);
  server.close();
  rmSync(dir, { recursive: true });
});

it('answers for other containers while many calls about one that hangs are under way, and closes their sockets', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'daemon-'));
  const HUNG = 'a'.repeat(64);
  let open = 0;
  const server = createHttpServer((request, response) => {
    if (request.url?.includes(HUNG) !== true)
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"no such container"}');
  });
  server.on('connection', (socket) => {
    open += 1;
    socket.on('close', () => (open -= 1));
  });
  await new Promise<void>((resolve) => server.listen(join(dir, 'docker.sock'), resolve));
  const engine = new DockerContainerEngine({ host: `unix://${dir}/docker.sock`, instance: 'test', deadlines: { inspect: 3000 } });
  const hung = Array.from({ length: 200 }, () => expect(engine.inspect(HUNG)).rejects.toThrow('no answer within 3000 ms'));
  await expect.poll(() => open).toBe(200);
  const ids = Array.from({ length: 20 }, (_, n) => n.toString(16).padStart(64, 'b'));
  expect(await Promise.all(ids.map((id) => engine.inspect(id)))).toEqual(ids.map(() => ({ kind: 'absent' })));
  // All of them are still waiting, so that nobody had to wait for one of them.
  expect(open).toBeGreaterThanOrEqual(200);
  await Promise.all(hung);
  await expect.poll(() => open).toBe(0);
  server.close();
  rmSync(dir, { recursive: true });
});
