import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig } from './parse-config.js';

const valid = (variables: Record<string, string>) => {
  const check = parseConfig(variables);
  if (check.kind === 'invalid') throw new Error(check.problems.join('\n'));
  return check;
};

const problems = (variables: Record<string, string>) => {
  const check = parseConfig(variables);
  return check.kind === 'invalid' ? check.problems : [];
};

const fileWith = (content: string) => {
  const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'secret');
  writeFileSync(file, content);
  return file;
};

describe('parseConfig', () => {
  it('has a default for everything a command can do without', () => {
    const { config } = valid({});
    expect(config).toMatchObject({
      RTMANAGER_HTTP_ADDR: { host: '127.0.0.1', port: 8090 },
      RTMANAGER_READY_TIMEOUT: 30_000,
      RTMANAGER_STOP_GRACE: 10_000,
      RTMANAGER_IMAGE_ALLOWLIST: ['*'],
      RTMANAGER_ENGINE_MEMORY: 512 * 2 ** 20,
      RTMANAGER_JOB_RESULTS_STREAM: 'runtime:job_results',
    });
  });

  it('keeps what is old for days, hours or ever', () => {
    const history = (text: string) => valid({ RTMANAGER_HISTORY: text }).config.RTMANAGER_HISTORY;
    expect(valid({}).config.RTMANAGER_HISTORY).toBe(90 * 86_400_000);
    expect(['36h', ' 1d ', '36500d', 'off'].map(history)).toEqual([36 * 3_600_000, 86_400_000, 36_500 * 86_400_000, null]);
    for (const text of ['23h', '0d', '36501d', '90', '5m', '-1d', 'never']) expect(problems({ RTMANAGER_HISTORY: text })).toHaveLength(1);
  });

  it('keeps all results, those of a time that is not shorter than the resend window, or the last ones', () => {
    const kept = (text: string) => valid({ RTMANAGER_TRIM_RESULTS: text }).config.RTMANAGER_TRIM_RESULTS;
    expect(valid({}).config.RTMANAGER_TRIM_RESULTS).toBeNull();
    expect(['off', '60m', '36h', ' 30d ', '100000'].map(kept)).toEqual([
      null,
      { kind: 'age', ms: 3_600_000 },
      { kind: 'age', ms: 36 * 3_600_000 },
      { kind: 'age', ms: 30 * 86_400_000 },
      { kind: 'length', entries: 100_000 },
    ]);
    for (const text of ['0', '-5', '10s', 'ever', '1.5h', '36501d', '59m', '0h'])
      expect(problems({ RTMANAGER_TRIM_RESULTS: text })).toHaveLength(1);
    const window = { RTMANAGER_RESULT_RESEND_WINDOW: '3h' };
    expect(problems({ ...window, RTMANAGER_TRIM_RESULTS: '2h' })).toEqual([
      'RTMANAGER_TRIM_RESULTS: must be at least RTMANAGER_RESULT_RESEND_WINDOW',
    ]);
    expect(valid({ ...window, RTMANAGER_TRIM_RESULTS: '3h' }).config.RTMANAGER_TRIM_RESULTS).toEqual({ kind: 'age', ms: 10_800_000 });
  });

  it('reports every problem at once', () => {
    const found = problems({
      RTMANAGER_REDIS_URL: 'http://x',
      RTMANAGER_READY_TIMEOUT: '30',
      RTMANAGER_START_CONCURRENCY: '0',
      RTMANAGER_HTTP_ADDR: 'nowhere',
      RTMANAGER_ENGINE_MEMORY: 'much',
    });
    expect(found.map((problem) => problem.split(':')[0])).toEqual([
      'RTMANAGER_REDIS_URL',
      'RTMANAGER_HTTP_ADDR',
      'RTMANAGER_ENGINE_MEMORY',
      'RTMANAGER_READY_TIMEOUT',
      'RTMANAGER_START_CONCURRENCY',
    ]);
  });

  it('reports what is wrong between variables, and what is missing, beside what is wrong by itself', () => {
    const found = parseConfig(
      {
        RTMANAGER_HTTP_ADDR: '0.0.0.0:80',
        RTMANAGER_STOP_JOBS_STREAM: 'runtime:start_jobs',
        RTMANAGER_LOG_LEVEL: 'loud',
        RTMANAGER_REDIS_URL: 'http://x',
        RTMANAGER_DOCKER_HOST: '',
      },
      ['RTMANAGER_REDIS_URL', 'RTMANAGER_POSTGRES_URL', 'RTMANAGER_DOCKER_HOST'],
    );
    expect(found.kind === 'invalid' && found.problems.map((problem) => problem.split(':')[0])).toEqual([
      'RTMANAGER_REDIS_URL',
      'RTMANAGER_LOG_LEVEL',
      'RTMANAGER_HTTP_ADDR',
      'RTMANAGER_STOP_JOBS_STREAM',
      'RTMANAGER_POSTGRES_URL',
      'RTMANAGER_DOCKER_HOST',
    ]);
  });

  it.each([
    ['RTMANAGER_REDIS_URL', 'redis://user%zz:hunter2@localhost'],
    ['RTMANAGER_REDIS_URL', 'redis://localhost:6379/first'],
    ['RTMANAGER_REDIS_URL', 'redis://localhost:6379/1/2'],
    ['RTMANAGER_REDIS_URL', 'redis://localhost:6379?keyPrefix=a'],
    ['RTMANAGER_POSTGRES_URL', 'postgres://user:hunter%2@localhost/runtime'],
    ['RTMANAGER_ENGINE_MEMORY', '0m'],
    ['RTMANAGER_ENGINE_MEMORY', '5m'],
    ['RTMANAGER_ENGINE_CPUS', '0.001'],
    ['RTMANAGER_READY_TIMEOUT', '0s'],
    ['RTMANAGER_RECONCILE_INTERVAL', '0ms'],
    ['RTMANAGER_RECONCILE_INTERVAL', '999ms'],
  ])('refuses %s %s, with which nothing would work', (name, value) => {
    expect(problems({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name}: must be `)) as string]);
  });

  it.each([
    ['RTMANAGER_REDIS_URL', 'redis://localhost'],
    ['RTMANAGER_REDIS_URL', 'rediss://me:p%40ss%2Fword@[::1]:6379/'],
    ['RTMANAGER_REDIS_URL', 'redis://:a@localhost:6379/15'],
    ['RTMANAGER_POSTGRES_URL', 'postgres://me:p%25@db:5432/runtime?sslmode=require'],
    ['RTMANAGER_ENGINE_MEMORY', '6m'],
    ['RTMANAGER_STOP_GRACE', '0s'],
  ])('takes %s %s', (name, value) => {
    expect(problems({ [name]: value })).toEqual([]);
  });

  it('never repeats a value, which may be a secret', () => {
    expect(problems({ RTMANAGER_REDIS_URL: 'hunter2' }).join()).not.toContain('hunter2');
  });

  it('takes a value from a file, without the line end', () => {
    const { config } = valid({ RTMANAGER_REDIS_URL_FILE: fileWith('redis://:secret@localhost:6379\n') });
    expect(config.RTMANAGER_REDIS_URL).toBe('redis://:secret@localhost:6379');
  });

  it('refuses a value given twice, and a file that is not there', () => {
    expect(problems({ RTMANAGER_REDIS_URL: 'redis://x', RTMANAGER_REDIS_URL_FILE: fileWith('redis://y') })).toEqual([
      'RTMANAGER_REDIS_URL: given both directly and by RTMANAGER_REDIS_URL_FILE',
    ]);
    expect(problems({ RTMANAGER_POSTGRES_URL_FILE: '/nowhere/at/all' })).toEqual(["RTMANAGER_POSTGRES_URL_FILE: the file can't be read"]);
  });

  it('counts an empty value as not given', () => {
    expect(valid({ RTMANAGER_REDIS_URL: '', RTMANAGER_STOP_GRACE: '' }).config).toMatchObject({ RTMANAGER_STOP_GRACE: 10_000 });
  });

  it('refuses to listen where other machines can reach it', () => {
    expect(problems({ RTMANAGER_HTTP_ADDR: '0.0.0.0:8090' })).toEqual([
      'RTMANAGER_HTTP_ADDR: only a loopback address is allowed: there is no access control',
    ]);
    expect(valid({ RTMANAGER_HTTP_ADDR: '[::1]:0' }).config.RTMANAGER_HTTP_ADDR).toEqual({ host: '::1', port: 0 });
  });

  it('refuses one key for two streams: results read as jobs would be answered for ever', () => {
    expect(problems({ RTMANAGER_JOB_RESULTS_STREAM: 'runtime:start_jobs' })).toEqual([
      'RTMANAGER_JOB_RESULTS_STREAM: must be another key than RTMANAGER_START_JOBS_STREAM',
    ]);
    expect(problems({ RTMANAGER_START_JOBS_STREAM: 'one', RTMANAGER_STOP_JOBS_STREAM: ' one ' })).toHaveLength(1);
  });

  it('refuses a time of more than a day, which no timer measures', () => {
    expect(problems({ RTMANAGER_STOP_GRACE: '600h' })).toEqual(['RTMANAGER_STOP_GRACE: must be at most 24h']);
    expect(valid({ RTMANAGER_STOP_GRACE: '24h' }).config.RTMANAGER_STOP_GRACE).toBe(86_400_000);
  });

  it.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
  ])('reads the time %s', (text, ms) => {
    expect(valid({ RTMANAGER_READY_TIMEOUT: text }).config.RTMANAGER_READY_TIMEOUT).toBe(ms);
  });

  it('warns of a name it does not know, and goes on', () => {
    expect(valid({ RTMANAGER_REDISS_URL: 'x', OTHER: 'y' }).warnings).toEqual([
      'RTMANAGER_REDISS_URL: this version does not know this variable',
    ]);
  });
});
