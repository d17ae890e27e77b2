import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engineImages } from '../../images/engine-images.js';
import { testServers, uniqueName } from '../test-servers.js';
import type { TestRegistry } from './registry-server.js';
import { startRegistry } from './registry-server.js';

const { docker } = testServers();

describe('a test registry', () => {
  let registry: TestRegistry;
  let as = '';
  beforeEach(async () => {
    registry = await startRegistry();
    as = `games/${uniqueName('engine')}:1.0.0`;
  });
  afterEach(() => registry.stop());

  /** Pulls an image, and returns status and last line of the answer: a 200 may have an error in its body. */
  const pull = async (ref: string): Promise<string> => {
    const path = `/images/create?fromImage=${encodeURIComponent(ref)}`;
    const { status, body } = await docker.call({ method: 'POST', path });
    return `${status} ${body.trim().split('\n').at(-1) ?? ''}`;
  };

  it('serves an image by tag and by digest', async () => {
    const { ref, digest } = await registry.publish(engineImages.tiny, as);
    expect(await pull(ref)).toContain('Downloaded newer image');
    expect(await pull(`${ref.replace(/:1\.0\.0$/, '')}@${digest}`)).toMatch(/Image is up to date|Downloaded/);
    expect(registry.requests.some((request) => request.endsWith('/manifests/1.0.0'))).toBe(true);
  });

  it.each([
    ['deny', /unauthorized|denied/i],
    ['limit', /toomanyrequests/i],
    ['fail', /500|unknown/i],
  ] as const)('can %s', async (behaviour, words) => {
    const { ref } = await registry.publish(engineImages.tiny, as);
    registry.behave(behaviour);
    expect(await pull(ref)).toMatch(words);
  });

  it('does not know an image that was not published', async () => {
    expect(await pull(`${registry.host}/${as}`)).toMatch(/manifest unknown|not found/i);
    await expect(registry.publish('galaxy/unknown:1', as)).rejects.toThrow('none of the engine images');
  });

  it('offers an image for one platform only', async () => {
    const { ref } = await registry.publish(engineImages.tiny, as, { os: 'linux', architecture: 's390x' });
    expect(await pull(ref)).toMatch(/no matching manifest/);
  });

  it('stalls in the middle of a layer', async () => {
    const { ref } = await registry.publish(engineImages.tiny, as);
    registry.behave('stall');
    const path = `/images/create?fromImage=${encodeURIComponent(ref)}`;
    await expect(docker.call({ method: 'POST', path, timeoutMs: 1000 })).rejects.toMatchObject({ name: 'AbortError' });
  });
});
