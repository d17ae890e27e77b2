import { afterEach, describe, expect, it, vi } from 'vitest';
import { useDockerEngine, usePostgres, useRedis } from './use-servers.js';

describe('servers that the environment names', () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    ['TEST_REDIS_URL', 'redis://elsewhere:6379', useRedis],
    ['TEST_POSTGRES_URL', 'postgres://elsewhere/db', usePostgres],
    ['DOCKER_HOST', 'tcp://elsewhere:2375', useDockerEngine],
  ] as const)('%s is used, not started and not ended', async (name, url, use) => {
    vi.stubEnv(name, url);
    const server = await use();
    expect(server).toMatchObject({ url, owned: false });
    await expect(server.stop()).resolves.toBeUndefined();
  });

  it('refuses an engine address it does not understand', async () => {
    vi.stubEnv('DOCKER_HOST', 'ssh://elsewhere');
    await expect(useDockerEngine()).rejects.toThrow('begins with unix:// or tcp://');
  });
});
