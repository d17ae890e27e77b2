import type { TestRegistry } from '@galaxy/testing';
import { engineImages, startRegistry, testServers, uniqueName } from '@galaxy/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DockerEngineOptions } from '../client/docker-engine-options.js';
import { DockerContainerEngine } from '../docker-container-engine.js';

const { dockerHost } = testServers();
const never = new AbortController().signal;

let registry: TestRegistry;
let as = '';
beforeEach(async () => {
  registry = await startRegistry();
  as = `games/${uniqueName('engine')}:1.0.0`;
});
afterEach(() => registry.stop());

const engine = (more: Partial<DockerEngineOptions> = {}) => new DockerContainerEngine({ host: dockerHost, instance: 'pull', ...more });
const manifests = () => registry.requests.filter((request) => request.startsWith('HEAD') || request.includes('/manifests/')).length;

it('pulls by tag and by digest from a registry, and asks it no more than needed', async () => {
  const { ref, digest } = await registry.publish(engineImages.tiny, as);
  const docker = engine();
  expect(await docker.ensureImage(ref, never)).toEqual({ kind: 'available' });
  const asked = manifests();
  expect(asked).toBeGreaterThan(0);
  expect(await docker.ensureImage(ref, never)).toEqual({ kind: 'available' });
  // The tag is left out in favour of the digest.
  expect(await docker.ensureImage(`${ref}@${digest}`, never)).toEqual({ kind: 'available' });
  expect(manifests()).toBe(asked);
  expect(await engine({ pullPolicy: 'always' }).ensureImage(ref, never)).toEqual({ kind: 'available' });
  expect(manifests()).toBeGreaterThan(asked);
});

it.each([
  ['deny', 'access_denied'],
  ['limit', 'rate_limited'],
  ['fail', 'failed'],
  ['stall', 'stalled'],
] as const)('tells why a registry that will %s gives nothing', async (behaviour, reason) => {
  const { ref } = await registry.publish(engineImages.tiny, as);
  registry.behave(behaviour);
  expect(await engine({ pull: { stallMs: 1_500 } }).ensureImage(ref, never)).toMatchObject({ kind: 'unavailable', reason });
});

it('does not find what was not published', async () => {
  expect(await engine().ensureImage(`${registry.host}/${as}`, never)).toMatchObject({ kind: 'unavailable', reason: 'not_found' });
});

it('tells that an image is for another platform alone', async () => {
  const { ref } = await registry.publish(engineImages.tiny, as, { os: 'linux', architecture: 's390x' });
  expect(await engine().ensureImage(ref, never)).toMatchObject({ kind: 'unavailable', reason: 'wrong_platform' });
});

it('is aborted at once in the middle of a pull', async () => {
  const { ref } = await registry.publish(engineImages.tiny, as);
  registry.behave('stall');
  const abort = new AbortController();
  const call = engine().ensureImage(ref, abort.signal);
  await expect.poll(() => registry.requests.some((request) => request.includes('/blobs/'))).toBe(true);
  abort.abort();
  expect(await call).toEqual({ kind: 'aborted' });
});
