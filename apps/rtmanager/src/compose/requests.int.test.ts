import { freshDatabase, testServers } from '@galaxy/testing';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { parseConfig } from '../config/parse-config.js';
import { composeDev } from './compose.js';
import { startService } from './service.js';

const STOP = { kind: 'stop', gameId: 'alpha', reason: 'admin_request' } as const;

/** A service with everything embedded but what the variables name. */
async function open(variables: Record<string, string>) {
  const check = parseConfig({ RTMANAGER_HTTP_ADDR: '127.0.0.1:0', ...variables }, []);
  if (check.kind === 'invalid') throw new Error(check.problems.join());
  const log = pino({ level: 'silent' });
  const service = await startService(check.config, composeDev(check.config, log), log);
  const requests = await vi.waitFor(() => service.requests() ?? expect.fail('not started'), 30_000);
  return { service, requests };
}

describe('a request to the service', () => {
  it.each(['embedded', 'server'])('is carried out and its end is known (PostgreSQL: %s)', async (postgres) => {
    const database = postgres === 'server' ? await freshDatabase(testServers().postgresUrl) : null;
    const { service, requests } = await open(database === null ? {} : { RTMANAGER_POSTGRES_URL: database.url });
    const submitted = await requests.submit({ job: STOP, name: 'r-17', requestedBy: 'ann' });
    const opId = submitted.kind === 'queued' ? submitted.opId : expect.fail(submitted.kind);
    expect(await requests.wait(opId, { timeoutMs: 20_000 })).toMatchObject({
      kind: 'ended',
      entry: { errorCode: 'not_found', reason: 'admin_request', requestedBy: 'ann', result: { outcome: 'failure' } },
    });
    expect(await requests.submit({ job: STOP, name: 'r-17', requestedBy: 'ann' })).toEqual({ kind: 'existing', opId, status: 'failed' });
    await service.stop();
    await database?.drop();
  });

  it('made at one replica is carried out by any, and known at the other', async () => {
    const database = await freshDatabase(testServers().postgresUrl);
    const [one, two] = [await open({ RTMANAGER_POSTGRES_URL: database.url }), await open({ RTMANAGER_POSTGRES_URL: database.url })];
    const submitted = await one.requests.submit({ job: STOP, requestedBy: 'ann' });
    const opId = submitted.kind === 'queued' ? submitted.opId : expect.fail(submitted.kind);
    const awaited = await Promise.all([one, two].map(({ requests }) => requests.wait(opId, { timeoutMs: 20_000 })));
    expect(awaited.map(({ kind }) => kind)).toEqual(['ended', 'ended']);
    await Promise.all([one, two].map(({ service }) => service.stop()));
    await database.drop();
  });
});
