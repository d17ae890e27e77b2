import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startRedis, waitFor } from '@galaxy/testing';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';

const HERE = fileURLToPath(new URL('..', import.meta.url));

it('the example of the README runs as it stands', async () => {
  const readme = await readFile(join(HERE, 'README.md'), 'utf8');
  const example = /```ts\n([^]*?)```/.exec(readme)?.[1] ?? '';
  expect(example.trim().split('\n').length).toBeLessThanOrEqual(13);
  const server = await startRedis();
  const redis = new Redis(server.url);
  const dir = await mkdtemp(join(tmpdir(), 'galaxy-readme-'));
  try {
    await mkdir(join(dir, 'node_modules', '@galaxy'), { recursive: true });
    await symlink(HERE, join(dir, 'node_modules', '@galaxy', 'lobby-producer'));
    await writeFile(join(dir, 'example.mts'), example);
    const tsx = import.meta.resolve('tsx');
    const run = promisify(execFile)(process.execPath, ['--conditions=galaxy-source', '--import', tsx, join(dir, 'example.mts')], {
      env: { ...process.env, REDIS_URL: server.url, LOBBY_ENGINE_IMAGE_TEMPLATE: 'registry.example.com/engine:{engine_version}' },
      timeout: 120_000,
    });
    await waitFor('the job', async () => (await redis.xlen('runtime:start_jobs')) === 1);
    const [job] = await redis.xrange('runtime:start_jobs', '-', '+');
    expect(job?.[1].slice(0, 4)).toEqual(['game_id', 'alpha', 'image_ref', 'registry.example.com/engine:1.4.2']);
    const answer = [
      'game_id',
      'alpha',
      'outcome',
      'success',
      'container_id',
      'c0ffee',
      'engine_endpoint',
      '',
      'error_code',
      '',
      'error_message',
      '',
    ];
    await redis.xadd('runtime:job_results', '*', ...answer);
    expect((await run).stdout).toContain("containerId: 'c0ffee'");
  } finally {
    redis.disconnect();
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
});
