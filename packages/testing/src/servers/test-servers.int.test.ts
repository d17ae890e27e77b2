import { expect, it } from 'vitest';
import { testServers, uniqueName } from './test-servers.js';

it('gives the addresses of the shared servers', async () => {
  const { redisUrl, postgresUrl, docker } = testServers();
  expect(redisUrl).toMatch(/^rediss?:/);
  expect(postgresUrl).toMatch(/^postgres(ql)?:/);
  expect((await docker.call({ method: 'GET', path: '/_ping' })).body).toBe('OK');
});

it('makes names that are valid game ids and unique', () => {
  const names = Array.from({ length: 100 }, () => uniqueName('game'));
  expect(new Set(names).size).toBe(100);
  for (const name of names) expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,49}[a-z0-9])?$/);
});
