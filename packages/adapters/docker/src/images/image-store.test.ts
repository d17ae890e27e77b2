import { mkdtempSync, rmSync } from 'node:fs';
import type { Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DependencyFault, InvalidInputError } from '@galaxy/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DockerEngineOptions } from '../client/docker-engine-options.js';
import { DockerContainerEngine } from '../docker-container-engine.js';

const ref = 'registry.example:5000/games/engine:1.0.0';
const never = new AbortController().signal;
const line = (report: object) => `${JSON.stringify(report)}\n`;

/** A daemon that knows images, and pulls as it is told. */
class FakeDaemon {
  readonly pulls: URLSearchParams[] = [];
  readonly auths: (string | undefined)[] = [];
  readonly images = new Map<string, string>();
  readonly closed: string[] = [];
  pull: (response: ServerResponse, image: string) => void = (response, image) => this.finish(response, image);
  readonly #server: Server;
  readonly #dir = mkdtempSync(join(tmpdir(), 'daemon-'));

  constructor() {
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://daemon');
      const image = /^\/images\/(.*)\/json$/.exec(url.pathname)?.[1];
      if (url.pathname === '/version') return json(response, 200, { Os: 'linux', Arch: 'amd64' });
      if (image !== undefined) return this.#answerImage(response, image);
      this.pulls.push(url.searchParams);
      this.auths.push(request.headers['x-registry-auth']?.toString());
      const name = `${url.searchParams.get('fromImage') ?? ''}:${url.searchParams.get('tag') ?? ''}`;
      response.once('close', () => this.closed.push(name));
      this.pull(response, name);
    });
  }

  get host(): string {
    return `unix://${this.#dir}/docker.sock`;
  }

  open(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(`${this.#dir}/docker.sock`, resolve));
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  finish(response: ServerResponse, image: string): void {
    this.images.set(image, 'amd64');
    response.end(line({ status: 'Pulling' }) + line({ status: 'Downloaded newer image' }));
  }

  #answerImage(response: ServerResponse, image: string): void {
    const Architecture = this.images.get(image);
    if (Architecture === undefined) json(response, 404, { message: 'No such image' });
    else json(response, 200, { Os: 'linux', Architecture });
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

describe('ensureImage', () => {
  let daemon: FakeDaemon;
  beforeEach(async () => {
    daemon = new FakeDaemon();
    await daemon.open();
  });
  afterEach(() => daemon.close());

  const engine = (more: Partial<DockerEngineOptions> = {}) => new DockerContainerEngine({ host: daemon.host, instance: 'test', ...more });
  const ensure = (more: Partial<DockerEngineOptions> = {}, image = ref) => engine(more).ensureImage(image, never);
  const unavailable = (reason: string, message: string | RegExp = /./) => ({
    kind: 'unavailable',
    reason,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  });

  describe('by policy', () => {
    it('pulls what is missing, and only that', async () => {
      const docker = engine();
      expect(await docker.ensureImage(ref, never)).toEqual({ kind: 'available' });
      expect(await docker.ensureImage(ref, never)).toEqual({ kind: 'available' });
      expect(daemon.pulls).toHaveLength(1);
    });

    it('always pulls: an image that is there but cannot be pulled is unavailable', async () => {
      daemon.images.set(ref, 'amd64');
      expect(await ensure({ pullPolicy: 'always' })).toEqual({ kind: 'available' });
      daemon.pull = (response) => json(response, 500, { message: 'toomanyrequests: later' });
      expect(await ensure({ pullPolicy: 'always' })).toEqual(unavailable('rate_limited', 'toomanyrequests: later'));
      expect(daemon.pulls).toHaveLength(2);
    });

    it('never pulls', async () => {
      expect(await ensure({ pullPolicy: 'never' })).toEqual(unavailable('not_present'));
      daemon.images.set(ref, 'amd64');
      expect(await ensure({ pullPolicy: 'never' })).toEqual({ kind: 'available' });
      expect(daemon.pulls).toHaveLength(0);
    });
  });

  describe('asks for', () => {
    it.each([
      ['redis:7', 'docker.io/library/redis', '7'],
      ['games/engine:1', 'docker.io/games/engine', '1'],
      [`games/engine:1@sha256:${'a'.repeat(64)}`, 'docker.io/games/engine', `sha256:${'a'.repeat(64)}`],
      [`localhost:5000/e@sha256:${'b'.repeat(64)}`, 'localhost:5000/e', `sha256:${'b'.repeat(64)}`],
    ])('exactly one image of %s', async (image, fromImage, tag) => {
      daemon.pull = (response) => json(response, 404, { message: 'manifest unknown' });
      expect(await ensure({}, image)).toEqual(unavailable('not_found'));
      expect(daemon.pulls.map((query) => Object.fromEntries(query))).toEqual([{ fromImage, tag }]);
    });

    it('nothing without a tag or a digest', async () => {
      await expect(engine().ensureImage('redis', never)).rejects.toBeInstanceOf(InvalidInputError);
      expect(daemon.pulls).toHaveLength(0);
    });

    it('it with the credentials of its registry', async () => {
      const authFor = async (registry: string) => ({ username: registry, password: 'secret' });
      await ensure({ authFor });
      const sent = JSON.parse(Buffer.from(daemon.auths[0] ?? '', 'base64url').toString()) as unknown;
      expect(sent).toEqual({ username: 'registry.example:5000', password: 'secret' });
    });
  });

  describe('a pull that fails', () => {
    it('in the report, after the status 200', async () => {
      daemon.pull = (response) => response.end(line({ status: 'Pulling' }) + line({ error: 'write /x: no space left on device' }));
      expect(await ensure()).toEqual(unavailable('no_space', 'write /x: no space left on device'));
    });

    it('before the report', async () => {
      daemon.pull = (response) => json(response, 403, { message: 'who are you' });
      expect(await ensure()).toEqual(unavailable('access_denied', 'who are you'));
    });

    it('with garbage in the report', async () => {
      daemon.pull = (response, image) => {
        daemon.images.set(image, 'amd64');
        response.end(`${line({ status: 'Pulling' })}<html>\n`);
      };
      expect(await ensure()).toEqual(unavailable('failed', /not understood/));
    });

    it('with a report that is cut', async () => {
      daemon.pull = (response) => response.write(line({ status: 'Pulling' }), () => response.destroy());
      expect(await ensure()).toEqual(unavailable('failed', /cut/));
    });

    it('without progress', async () => {
      daemon.pull = (response) => response.write(line({ status: 'Pulling' }));
      expect(await ensure({ pull: { stallMs: 50 } })).toEqual(unavailable('stalled'));
      await expect.poll(() => daemon.closed).toHaveLength(1);
    });

    it('without a first line, as of a registry that never answers', async () => {
      daemon.pull = () => undefined;
      expect(await ensure({ pull: { stallMs: 50 } })).toEqual(unavailable('stalled'));
      await expect.poll(() => daemon.closed).toHaveLength(1);
    });

    it('in taking too long, though it goes on', async () => {
      daemon.pull = (response) => {
        const timer = setInterval(() => response.write(line({ status: 'Retrying' })), 10);
        response.once('close', () => clearInterval(timer));
      };
      expect(await ensure({ pull: { totalMs: 80 } })).toEqual(unavailable('stalled'));
      await expect.poll(() => daemon.closed).toHaveLength(1);
    });

    it('is not believed when it says that it went well', async () => {
      daemon.pull = (response) => response.end(line({ status: 'Downloaded' }));
      expect(await ensure()).toEqual(unavailable('failed', /not present/));
    });

    it('is a fault when the daemon did not begin to answer', async () => {
      daemon.pull = (response) => response.destroy();
      await expect(ensure()).rejects.toBeInstanceOf(DependencyFault);
    });

    it('is a fault when the daemon is gone afterwards', async () => {
      daemon.pull = (response) =>
        response.write(line({ status: 'Pulling' }), () => {
          daemon.close();
        });
      await expect(ensure()).rejects.toBeInstanceOf(DependencyFault);
    });
  });

  it('refuses an image for another platform, also one that is there', async () => {
    daemon.images.set(ref, 's390x');
    expect(await ensure()).toEqual(unavailable('wrong_platform', 'the image is for linux/s390x, the engine runs linux/amd64'));
    expect(daemon.pulls).toHaveLength(0);
  });

  describe('for several at once', () => {
    it('is one pull, which goes on while somebody waits', async () => {
      const waiting: (() => void)[] = [];
      daemon.pull = (response, image) => void waiting.push(() => daemon.finish(response, image));
      const [docker, leaver] = [engine(), new AbortController()];
      const calls = [docker.ensureImage(ref, leaver.signal), docker.ensureImage(ref, never), docker.ensureImage(ref, never)];
      await expect.poll(() => waiting).toHaveLength(1);
      leaver.abort();
      expect(await calls[0]).toEqual({ kind: 'aborted' });
      waiting[0]?.();
      expect(await Promise.all(calls)).toEqual([{ kind: 'aborted' }, { kind: 'available' }, { kind: 'available' }]);
      expect(daemon.pulls).toHaveLength(1);
    });

    it.each([
      ['before the first line', ''],
      ['in the middle of the report', line({ status: 'Pulling' })],
    ])('is given up %s when nobody waits any more', async (_, sent) => {
      daemon.pull = (response) => {
        if (sent !== '') response.write(sent);
      };
      const [docker, abort] = [engine(), new AbortController()];
      const calls = [docker.ensureImage(ref, abort.signal), docker.ensureImage(ref, abort.signal)];
      await expect.poll(() => daemon.pulls).toHaveLength(1);
      abort.abort();
      expect(await Promise.all(calls)).toEqual([{ kind: 'aborted' }, { kind: 'aborted' }]);
      await expect.poll(() => daemon.closed).toHaveLength(1);
    });

    it('pulls two images at the same time, and the third in its turn', async () => {
      const waiting: (() => void)[] = [];
      daemon.pull = (response, image) => void waiting.push(() => daemon.finish(response, image));
      const docker = engine();
      const calls = ['a:1', 'b:1', 'c:1'].map((image) => docker.ensureImage(image, never));
      await expect.poll(() => waiting).toHaveLength(2);
      waiting[0]?.();
      await expect.poll(() => waiting).toHaveLength(3);
      for (const finish of waiting) finish();
      expect(await Promise.all(calls)).toEqual(Array(3).fill({ kind: 'available' }));
    });
  });
});
