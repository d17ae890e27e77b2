import { describe, expect, it } from 'vitest';
import { makeHttpServer } from './http-server.js';
import { makeReadiness, type Probe } from './readiness.js';

const up: Probe = { name: 'redis', check: () => Promise.resolve() };
const down: Probe = {
  name: 'postgres',
  check: () => Promise.reject(new Error('connect ECONNREFUSED postgres://u:hunter2@db/x\nsecond line')),
};

const serverWith = (...probes: Probe[]) => makeHttpServer({ readiness: makeReadiness(probes, () => true) });

describe('GET /livez', () => {
  it('answers whatever the servers do', async () => {
    const answer = await serverWith(down).inject('/livez');
    expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'ok' }]);
  });
});

describe('GET /readyz', () => {
  it('is 200 while every server answers', async () => {
    const answer = await serverWith(up).inject('/readyz');
    expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'ready', role: 'leader', dependencies: { redis: { ok: true } } }]);
  });

  it('is 503 and says which does not, and why, without secrets and on one line', async () => {
    const answer = await serverWith(up, down).inject('/readyz');
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({ status: 'not_ready', dependencies: { redis: { ok: true }, postgres: { ok: false } } });
    expect(answer.body).toContain('ECONNREFUSED');
    expect(answer.body).not.toMatch(/hunter2|\\n/);
  });

  it('asks each server once for calls that come together', async () => {
    let asked = 0;
    const slow: Probe = {
      name: 'slow',
      check: () => {
        asked += 1;
        return new Promise((resolve) => setImmediate(resolve));
      },
    };
    const server = serverWith(slow);
    await Promise.all([server.inject('/readyz'), server.inject('/readyz'), server.inject('/readyz')]);
    expect(asked).toBe(1);
  });
});

describe('an unknown path', () => {
  it('is answered with problem details', async () => {
    const answer = await serverWith(up).inject('/nowhere');
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([404, expect.stringMatching(/^application\/problem\+json/)]);
    expect(answer.json()).toMatchObject({ status: 404, code: 'not_found' });
  });
});
