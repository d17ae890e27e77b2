import { describe, expect, it } from 'vitest';
import { makeHttpServer } from './http-server.js';
import { type ManagerState, makeReadiness, type Probe } from './readiness.js';

const up: Probe = { name: 'redis', check: () => Promise.resolve() };
const down: Probe = {
  name: 'postgres',
  check: () => Promise.reject(new Error('connect ECONNREFUSED postgres://u:hunter2@db/x\nsecond line')),
};

const metrics = { contentType: 'text/plain; version=0.0.4', render: () => Promise.resolve('rtmanager_leader 1\n') };
const serverIn = (state: ManagerState, ...probes: Probe[]) => makeHttpServer({ metrics, readiness: makeReadiness(probes, () => state) });
const serverWith = (...probes: Probe[]) => serverIn({ leading: true, holds: [] }, ...probes);

describe('GET /livez', () => {
  it('answers whatever the servers do', async () => {
    const answer = await serverWith(down).inject('/livez');
    expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'ok' }]);
  });
});

describe('GET /readyz', () => {
  it('is 200 while every server answers', async () => {
    const answer = await serverWith(up).inject('/readyz');
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { status: 'ready', role: 'leader', dependencies: { redis: { ok: true } }, holds: {} },
    ]);
  });

  it('says that the database was restored, which no server that answers makes good', async () => {
    const holds = [{ reason: 'restored', message: 'message 5 was published, but the last message in the database is 4' }] as const;
    const answer = await serverIn({ leading: false, holds }, up).inject('/readyz');
    expect([answer.statusCode, answer.json()]).toMatchObject([
      503,
      { status: 'restored', role: 'standby', holds: { restored: 'message 5 was published, but the last message in the database is 4' } },
    ]);
  });

  it('stays ready under a hold that only stops the reconciler', async () => {
    const holds = [{ reason: 'mass_change', message: '40 of 50 games' }] as const;
    const answer = await serverIn({ leading: true, holds }, up).inject('/readyz');
    expect([answer.statusCode, answer.json()]).toMatchObject([200, { status: 'ready', holds: { mass_change: '40 of 50 games' } }]);
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

describe('GET /metrics', () => {
  it('is the Prometheus text format', async () => {
    const answer = await serverWith(down).inject('/metrics');
    expect([answer.statusCode, answer.headers['content-type'], answer.body]).toEqual([200, metrics.contentType, 'rtmanager_leader 1\n']);
  });
});

describe('an unknown path', () => {
  it('is answered with problem details', async () => {
    const answer = await serverWith(up).inject('/nowhere');
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([404, expect.stringMatching(/^application\/problem\+json/)]);
    expect(answer.json()).toMatchObject({ status: 404, code: 'not_found' });
  });
});

describe('a request that is none', () => {
  it.each([
    ['whose path is not encoded well', { method: 'GET', url: '/%ff' }, 400],
    ['whose body is not JSON', { method: 'PUT', url: '/metrics', headers: { 'content-type': 'application/json' }, payload: '{' }, 400],
    ['whose body is too large', { method: 'PUT', url: '/metrics', payload: { of: 'x'.repeat(70_000) } }, 413],
  ] as const)('%s is answered with problem details, too', async (_, request, status) => {
    const answer = await serverWith(up).inject(request);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([status, expect.stringMatching(/^application\/problem\+json/)]);
    expect(answer.json()).toMatchObject({ status, title: expect.any(String) as string, code: 'bad_request' });
  });

  it('is not told why something went wrong that should not', async () => {
    const server = makeHttpServer({
      metrics: { ...metrics, render: () => Promise.reject(new Error('hunter2')) },
      readiness: makeReadiness([], () => ({ leading: true, holds: [] })),
    });
    const answer = await server.inject('/metrics');
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([500, expect.stringMatching(/^application\/problem\+json/)]);
    expect(answer.json()).toMatchObject({ status: 500, code: 'internal_error' });
    expect(answer.body).not.toContain('hunter2');
  });
});
