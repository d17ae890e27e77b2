import { expect, it } from 'vitest';
import { dockerEngineSettings } from './docker-engine-options.js';

const base = { host: 'unix:///var/run/docker.sock', instance: 'a' };

it('isolates games only where the manager is not among them', () => {
  expect(dockerEngineSettings(base)).toMatchObject({ addressing: 'dns', isolateGames: false });
  expect(dockerEngineSettings({ ...base, addressing: 'container-ip' }).isolateGames).toBe(true);
  expect(dockerEngineSettings({ ...base, addressing: 'container-ip', isolateGames: false }).isolateGames).toBe(false);
});

it('keeps the other defaults when some are given', () => {
  const { limits, deadlines, pull } = dockerEngineSettings({
    ...base,
    limits: { cpus: 2 },
    deadlines: { ping: 1 },
    pull: { concurrency: 4 },
  });
  expect(limits).toMatchObject({ cpus: 2, memoryBytes: 536_870_912, pids: 128 });
  expect(deadlines).toMatchObject({ ping: 1, inspect: 5_000, start: 60_000 });
  expect(pull).toEqual({ concurrency: 4, stallMs: 60_000, totalMs: 600_000, lineMs: 5_000 });
});

it.each([
  { instance: ' ' },
  { network: 'host' },
  { network: 'bridge' },
  { network: 'container:x' },
  { user: 'root' },
  { user: '0:0' },
  { user: '1000' },
  { stateRoot: 'games' },
])('refuses %j', (wrong) => {
  expect(() => dockerEngineSettings({ ...base, ...wrong })).toThrow(/^docker: /);
});
