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
const RESULT = [
  ...['game_id', 'alpha', 'outcome', 'success', 'container_id', 'c0ffee'],
  ...['engine_endpoint', '', 'error_code', '', 'error_message', ''],
];
const OP_ID = '018f2b7e-0000-7000-8000-000000000001';

const outcomeOf = (jobEntryId: string) => [
  ...RESULT,
  ...['job_stream', 'runtime:start_jobs', 'job_entry_id', jobEntryId, 'op_id', OP_ID, 'number', '1'],
];

/** The entry id and the fields of the first start job, once it is there. */
async function startJob(redis: Redis): Promise<readonly [string, readonly string[]]> {
  return waitFor('the job', async () => (await redis.xrange('runtime:start_jobs', '-', '+'))[0]);
}

/** Runs one example of the README as it stands, against a Redis of its own, and returns what it printed. */
async function runExample(containing: string, runtimeManager: (redis: Redis) => Promise<unknown>): Promise<string> {
  const readme = await readFile(join(HERE, 'README.md'), 'utf8');
  const examples = [...readme.matchAll(/```ts\n([^]*?)```/g)].map((match) => match[1] ?? '');
  const [example = '', ...others] = examples.filter((text) => text.includes(containing));
  expect(others).toEqual([]);
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
    const [{ stdout }] = await Promise.all([run, runtimeManager(redis)]);
    return stdout;
  } finally {
    redis.disconnect();
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

it('the first example of the README runs as it stands', async () => {
  const printed = await runExample('readJobResults', async (redis) => {
    const [, fields] = await startJob(redis);
    expect(fields.slice(0, 4)).toEqual(['game_id', 'alpha', 'image_ref', 'registry.example.com/engine:1.4.2']);
    await redis.xadd('runtime:job_results', '*', ...RESULT);
  });
  expect(printed).toContain("containerId: 'c0ffee'");
});

it('the example with an id runs as it stands', async () => {
  const printed = await runExample('wasPublished', async (redis) => {
    const [, fields] = await startJob(redis);
    expect(fields).toEqual(['game_id', 'alpha', 'image_ref', 'galaxy/engine:1.4.2', 'requested_at_ms', expect.stringMatching(/^\d+$/)]);
  });
  expect(printed).toBe('true published\nnot_published\n');
});

it('the example that waits for an outcome runs as it stands', async () => {
  const printed = await runExample('awaitOutcome', async (redis) => {
    const [entryId] = await startJob(redis);
    await redis.xadd('runtime:job_outcomes', '*', ...outcomeOf(entryId));
  });
  expect(printed).toBe('success c0ffee 1n\n');
});

it('the example that reads outcomes runs as it stands', async () => {
  const printed = await runExample('readJobOutcomes', (redis) => redis.xadd('runtime:job_outcomes', '*', ...outcomeOf('5-0')));
  expect(printed).toBe(`runtime:start_jobs 5-0 ${OP_ID} 1n success\n`);
});
