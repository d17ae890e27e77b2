import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { containersOf } from '../fake-containers.test-support.js';
import type { FakeDockerEngine } from '../fake-docker-engine.js';
import { startFakeDockerEngine } from '../fake-docker-engine.js';
import { imageNameOf, shownName } from './image-name.js';
import type { ImageOptions } from './image-shelf.js';

let fake: FakeDockerEngine;
beforeEach(async () => {
  fake = await startFakeDockerEngine();
});
afterEach(() => fake.stop());

const pull = (name: string, tag: string) => fake.call({ method: 'POST', path: `/images/create?fromImage=${name}&tag=${tag}` });
const inspect = (ref: string) => fake.call({ method: 'GET', path: `/images/${ref}/json` });

describe('a pull', () => {
  it('brings what was published, under its tag and its digest', async () => {
    const { digest } = fake.images.publish('games/engine:2', { platform: { os: 'linux', architecture: 's390x' } });
    expect((await inspect('games/engine:2')).status).toBe(404);
    const { status, body } = await pull('docker.io/games/engine', '2');
    expect([status, body.trim().split('\r\n').at(-1)]).toEqual([
      200,
      JSON.stringify({ status: 'Status: Downloaded newer image for games/engine:2' }),
    ]);
    expect(JSON.parse((await inspect(`games/engine@${digest}`)).body)).toMatchObject({
      RepoDigests: [`games/engine@${digest}`],
      Os: 'linux',
      Architecture: 's390x',
    });
    fake.images.unload('games/engine:2');
    expect((await inspect('games/engine:2')).status).toBe(404);
  });

  it('of what was not published finds nothing', async () => {
    expect(await pull('games/none', '1')).toMatchObject({ status: 404, body: expect.stringContaining('manifest unknown') });
  });

  it.each<[string, NonNullable<ImageOptions['pull']>, string]>([
    [
      'ends with the words it was given',
      { error: 'toomanyrequests: slow down' },
      '{"errorDetail":{"message":"toomanyrequests: slow down"}',
    ],
    ['is refused with the words it was given', { refusal: { status: 500, message: 'no route to host' } }, '{"message":"no route to host"}'],
  ])('%s', async (_, behaviour, words) => {
    fake.images.publish('games/engine:2', { pull: behaviour });
    expect((await pull('games/engine', '2')).body).toContain(words);
    expect((await inspect('games/engine:2')).status).toBe(404);
  });

  it('may be cut, and may stall', async () => {
    fake.images.publish('games/cut:1', { pull: { cut: true } });
    await expect(pull('games/cut', '1')).rejects.toThrow('aborted');
    fake.images.publish('games/stalls:1', { pull: { stalls: true } });
    await expect(fake.call({ method: 'POST', path: '/images/create?fromImage=games/stalls&tag=1', timeoutMs: 100 })).rejects.toThrow(
      'aborted',
    );
    expect([(await inspect('games/cut:1')).status, (await inspect('games/stalls:1')).status]).toEqual([404, 404]);
  });

  it('takes as long as it is told to, and pulls nothing when its reader or the daemon is gone', async () => {
    fake.images.publish('games/big:1', { pull: { ms: 120 } });
    const begun = performance.now();
    const path = '/images/create?fromImage=games/big&tag=1';
    await expect(fake.call({ method: 'POST', path, timeoutMs: 40 })).rejects.toThrow('aborted');
    const lost = pull('games/big', '1').catch(() => 'lost');
    await expect.poll(() => fake.audit.calls.get('pull')).toBe(2);
    await fake.restart();
    expect(await lost).toBe('lost');
    expect((await pull('games/big', '1')).status).toBe(200);
    expect(performance.now() - begun).toBeGreaterThan(150);
    expect((await containersOf(fake).create('g1', 'games/big:1')).length).toBe(64);
  });
});

it.each([
  ['alpine', 'docker.io/library/alpine', ':latest', 'alpine:latest'],
  ['games/engine:1.0.0', 'docker.io/games/engine', ':1.0.0', 'games/engine:1.0.0'],
  ['docker.io/library/alpine:3', 'docker.io/library/alpine', ':3', 'alpine:3'],
  ['localhost:5000/engine', 'localhost:5000/engine', ':latest', 'localhost:5000/engine:latest'],
  [`ghcr.io/a/b:1@sha256:${'0'.repeat(64)}`, 'ghcr.io/a/b', `@sha256:${'0'.repeat(64)}`, `ghcr.io/a/b@sha256:${'0'.repeat(64)}`],
])('the name %s is split as the daemon does it', (text, repository, suffix, shown) => {
  const name = imageNameOf(text);
  expect(name).toEqual({ repository, suffix });
  expect(name && shownName(name)).toBe(shown);
});

it.each(['UP', 'a b', '', 'x/../y', 'a/:1'])('%j is no image name', (text) => {
  expect(imageNameOf(text)).toBeNull();
});
