import { describe, expect, it, vi } from 'vitest';
import { ensurePrograms, findProgram } from './install.js';

vi.mock('node:fs/promises', async (original) => ({
  ...(await original<object>()),
  access: (path: string) => (path.endsWith('/ip') ? Promise.resolve() : Promise.reject(new Error('ENOENT'))),
}));

describe('ensurePrograms', () => {
  it('finds programs that are not on PATH', async () => {
    vi.stubEnv('PATH', '/nowhere');
    expect(await findProgram('ip')).toBe('/nowhere/ip');
    expect(await ensurePrograms('ip')).toEqual(['/nowhere/ip']);
    vi.unstubAllEnvs();
  });

  it('says what to install when it cannot install it', async () => {
    await expect(ensurePrograms('dockerd', 'containerd', 'redis-server', 'ip')).rejects.toThrow(
      'run "apt-get install -y --no-install-recommends docker.io redis-server" as root, or give TEST_REDIS_URL',
    );
  });
});
