import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFaultProxy } from '../../fault-proxy/fault-proxy.js';
import { buildEngineImages } from '../../images/build-engine-images.js';
import { engineImages } from '../../images/engine-images.js';
import { isRunning, processesOf } from '../processes/process-table.js';
import { run } from '../processes/run.js';
import { dockerApi } from './docker-api.js';
import type { DockerEngine } from './docker-engine.js';
import { startDockerEngine } from './docker-engine.js';
import { freshNetwork } from './fresh-network.js';
import { inspect, startContainer } from './test-containers.js';

const addresses = (): Promise<string> => run('ip', ['-4', '-brief', 'address']);
const controlGroups = (name: string): readonly string[] => {
  const root = '/sys/fs/cgroup';
  return [root, ...readdirSync(root).map((entry) => join(root, entry))].map((group) => join(group, name)).filter(existsSync);
};
const workDirOf = (engine: DockerEngine): string => dirname(new URL(engine.host).pathname);
const health = async (address: string): Promise<number> => (await fetch(`http://${address}:8080/healthz`)).status;

describe('a private Docker Engine', () => {
  let engine: DockerEngine;
  beforeAll(async () => {
    engine = await startDockerEngine();
    await buildEngineImages(engine);
  });
  afterAll(() => engine.stop());

  it('runs the demo engine where this machine reaches it by address, beside another engine', async () => {
    const other = await startDockerEngine();
    await buildEngineImages(other);
    const containers = await Promise.all([startContainer(engine, engineImages.current), startContainer(other, engineImages.current)]);
    for (const { address } of containers) await expect.poll(() => health(address).catch(() => 0)).toBe(200);
    expect(new Set(containers.map(({ address }) => address)).size).toBe(2);
    await other.stop();
    expect(await health(containers[0].address)).toBe(200);
  });

  it('keeps containers alive over a crash of dockerd', async () => {
    const { id, address } = await startContainer(engine, engineImages.current);
    await expect.poll(() => health(address).catch(() => 0)).toBe(200);
    const before = await inspect(engine, id);
    await engine.kill();
    await expect(engine.call({ method: 'GET', path: '/_ping' })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await health(address)).toBe(200);
    await engine.restart();
    expect((await inspect(engine, id)).State).toMatchObject({ Running: true, Pid: before.State.Pid });
    expect(await health(address)).toBe(200);
  });

  it('ends a container whose process runs, but which a dockerd that was killed during its start does not know', async () => {
    const [lost, kept] = await Promise.all([startContainer(engine, engineImages.tiny), startContainer(engine, engineImages.tiny)]);
    const pids = await Promise.all([lost, kept].map(async ({ id }) => (await inspect(engine, id)).State.Pid));
    await engine.kill();
    const file = join(workDirOf(engine), 'data', 'containers', lost.id, 'config.v2.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"Running":true', '"Running":false'));
    await engine.restart();
    expect(pids.map(isRunning)).toEqual([false, true]);
    expect((await inspect(engine, kept.id)).State.Running).toBe(true);
  });

  it('goes on after a crash of containerd', async () => {
    await engine.containerd.kill();
    await engine.containerd.restart();
    const started = expect.poll(() => startContainer(engine, engineImages.tiny).catch(() => undefined));
    await started.toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it('does not answer while paused', async () => {
    engine.pause();
    await expect(engine.call({ method: 'GET', path: '/_ping', timeoutMs: 300 })).rejects.toMatchObject({ name: 'AbortError' });
    engine.resume();
    expect((await engine.call({ method: 'GET', path: '/_ping' })).status).toBe(200);
  });

  it('gives half an answer behind a fault proxy', async () => {
    const proxy = await startFaultProxy(engine.host);
    await proxy.set({ kind: 'cut_reply', afterBytes: 200, then: 'reset' });
    await expect(dockerApi(proxy.url).call({ method: 'GET', path: '/info' })).rejects.toThrow();
    await proxy.set({ kind: 'pass' });
    expect((await dockerApi(proxy.url).call({ method: 'GET', path: '/info' })).status).toBe(200);
    await proxy.stop();
  });

  it.each([
    ['running', async () => undefined],
    ['killed', async (doomed: DockerEngine) => doomed.kill()],
    ['paused', async (doomed: DockerEngine) => doomed.pause()],
    ['half gone', async (doomed: DockerEngine) => Promise.all([doomed.kill(), doomed.containerd.kill()])],
  ])('leaves no process, mount, bridge, control group or file when it is stopped while %s', async (_, harm) => {
    const doomed = await startDockerEngine();
    await buildEngineImages(doomed);
    const [tiny] = await Promise.all([startContainer(doomed, engineImages.tiny), startContainer(doomed, engineImages.ignoresSigterm)]);
    const { Pid: pid } = (await inspect(doomed, tiny.id)).State;
    expect(isRunning(pid)).toBe(true);
    const dir = workDirOf(doomed);
    const range = ` ${readFileSync(join(dir, 'address-pool'), 'utf8')}.`;
    expect(await addresses()).toContain(range);
    expect(controlGroups(basename(dir))).not.toEqual([]);
    await harm(doomed);
    await doomed.stop();
    expect(isRunning(pid)).toBe(false);
    expect(processesOf(dir)).toEqual([]);
    expect(readFileSync('/proc/mounts', 'utf8')).not.toContain(dir);
    expect(await addresses()).not.toContain(range);
    expect(controlGroups(basename(dir))).toEqual([]);
    expect(existsSync(dir)).toBe(false);
  });

  it('hands out networks and takes them back', async () => {
    const network = await freshNetwork(engine);
    expect(await engine.json({ method: 'GET', path: `/networks/${network.name}` })).toMatchObject({ Id: network.id, Driver: 'bridge' });
    await network.remove();
    await expect(engine.json({ method: 'GET', path: `/networks/${network.id}` })).rejects.toThrow('404');
  });
});
