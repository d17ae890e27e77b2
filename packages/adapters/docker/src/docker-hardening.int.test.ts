import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { containerName } from '@galaxy/domain';
import { engineImages, testServers, uniqueName, waitFor } from '@galaxy/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DockerEngineOptions } from './client/docker-engine-options.js';
import { DockerContainerEngine } from './docker-container-engine.js';

interface Inspected {
  readonly State: { readonly Pid: number; readonly ExitCode: number };
  readonly Config: { readonly User: string; readonly Env: readonly string[]; readonly Labels: object; readonly Hostname: string };
  readonly HostConfig: Readonly<Record<string, unknown>>;
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly Aliases: readonly string[] }>> };
}

const { docker, dockerHost } = testServers();
const network = uniqueName('net');
const instance = uniqueName('instance');
const stateRoot = realpathSync(mkdtempSync(join(tmpdir(), 'games-')));
const ids: string[] = [];
const doubles: string[] = [];

const engineWith = (more: Partial<DockerEngineOptions> = {}) =>
  new DockerContainerEngine({ host: dockerHost, instance, network, addressing: 'container-ip', stateRoot, ...more });

async function run(engine: DockerContainerEngine, gameId: string, imageRef: string): Promise<string> {
  await engine.prepare(gameId);
  const outcome = await engine.create({ gameId, opId: 'op-1', attempt: 3, imageRef });
  if (outcome.kind !== 'created') throw new Error(JSON.stringify(outcome));
  ids.push(outcome.id);
  expect(await engine.start(outcome.id)).toEqual({ kind: 'started' });
  return outcome.id;
}
const inspect = (id: string) => docker.json<Inspected>({ method: 'GET', path: `/containers/${id}/json` });

afterAll(async () => {
  await Promise.all(ids.map((id) => docker.call({ method: 'DELETE', path: `/containers/${id}?force=1&v=1` })));
  await Promise.all([network, ...doubles].map((name) => docker.call({ method: 'DELETE', path: `/networks/${name}` })));
  rmSync(stateRoot, { recursive: true });
});

describe('a container of the adapter', () => {
  const gameId = uniqueName('game');
  let id = '';
  let address = '';
  let seen: Inspected;
  beforeAll(async () => {
    const engine = engineWith({ env: { GREETING: 'hello world' } });
    id = await run(engine, gameId, engineImages.current);
    seen = await inspect(id);
    const inspection = await engine.inspect(id);
    address = (inspection.kind === 'ours' && inspection.incarnation.address) || '';
    await waitFor('the engine', async () => (await fetch(`${address}/healthz`)).ok);
  });

  it('has no right, no writable root and no more than its share', () => {
    expect(seen.Config.User).toBe('65532:65532');
    expect(seen.HostConfig).toMatchObject({
      Privileged: false,
      CapDrop: ['ALL'],
      CapAdd: [],
      SecurityOpt: ['no-new-privileges:true'],
      ReadonlyRootfs: true,
      Memory: 536_870_912,
      MemorySwap: 536_870_912,
      NanoCpus: 1_000_000_000,
      PidsLimit: 128,
      NetworkMode: network,
      IpcMode: 'private',
      CgroupnsMode: 'private',
      PidMode: '',
      AutoRemove: false,
      PublishAllPorts: false,
      Init: true,
      RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
      LogConfig: { Type: 'json-file', Config: { mode: 'non-blocking', 'max-file': '2', 'max-size': '5242880', 'max-buffer-size': '1m' } },
    });
  });

  it('shows the same from the side of the kernel', () => {
    const init = seen.State.Pid;
    const [child = ''] = readFileSync(`/proc/${init}/task/${init}/children`, 'utf8').trim().split(' ');
    for (const pid of [String(init), child]) {
      const status = Object.fromEntries(
        readFileSync(`/proc/${pid}/status`, 'utf8')
          .split('\n')
          .map((line) => line.split(/:\s+/)),
      ) as Record<string, string>;
      expect(status['CapEff']).toBe('0000000000000000');
      expect(status['CapBnd']).toBe('0000000000000000');
      expect(status['NoNewPrivs']).toBe('1');
      expect(status['Seccomp']).toBe('2');
      expect(status['Uid']).toBe('65532\t65532\t65532\t65532');
    }
  });

  it('bears the labels, the name and the environment that it was given', () => {
    expect(seen.Config.Labels).toMatchObject({
      'galaxy.managed': 'true',
      'galaxy.instance': instance,
      'galaxy.game_id': gameId,
      'galaxy.op_id': 'op-1',
      'galaxy.attempt': '3',
      'galaxy.image_ref': engineImages.current,
    });
    expect(seen.Config.Hostname).toBe(containerName(gameId));
    expect(seen.NetworkSettings.Networks[network]?.Aliases).toContain(containerName(gameId));
    expect(seen.Config.Env).toContain('GREETING=hello world');
  });

  it('keeps its state in its own folder, which outlives it', async () => {
    expect((await fetch(`${address}/api/v1/admin/turn`, { method: 'PUT' })).ok).toBe(true);
    const folder = statSync(join(stateRoot, gameId));
    expect([folder.uid, folder.gid, folder.mode & 0o777]).toEqual([65532, 65532, 0o700]);
    const engine = engineWith();
    await engine.remove(id);
    const next = await run(engine, gameId, engineImages.patch);
    const inspection = await engine.inspect(next);
    const nextAddress = (inspection.kind === 'ours' && inspection.incarnation.address) || '';
    const turn = await waitFor('the engine', async () => (await fetch(`${nextAddress}/api/v1/admin/status`)).json());
    expect(turn).toEqual({ turn: 1, finished: false });
  });
});

it('does not follow a link in the place of the state folder', async () => {
  const gameId = uniqueName('game');
  symlinkSync('/etc', join(stateRoot, gameId));
  const before = statSync('/etc');
  expect(await engineWith().prepare(gameId)).toMatchObject({ kind: 'refused', message: expect.stringContaining('symbolic link') });
  expect(statSync('/etc').mode).toBe(before.mode);
});

it('ends an engine that takes more memory than its share, and says with what code', async () => {
  const greed = encodeURIComponent('const kept = []; for (;;) kept.push(Buffer.alloc(1e6, 1));');
  const engine = engineWith({
    limits: { memoryBytes: 96 * 1024 * 1024 },
    env: { NODE_OPTIONS: `--import=data:text/javascript,${greed}` },
  });
  const id = await run(engine, uniqueName('game'), engineImages.current);
  await expect.poll(() => engine.inspect(id)).toMatchObject({ kind: 'ours', incarnation: { state: 'exited', exitCode: 137 } });
});

it('leaves a created container behind when a program cannot be started', async () => {
  const engine = engineWith({ init: false });
  const gameId = uniqueName('game');
  await engine.prepare(gameId);
  const outcome = await engine.create({ gameId, opId: 'op', attempt: 1, imageRef: engineImages.badCommand });
  const id = outcome.kind === 'created' ? outcome.id : '';
  ids.push(id);
  expect(await engine.start(id)).toMatchObject({ kind: 'refused', message: expect.stringContaining('no such file') });
  expect(await engine.find(gameId)).toMatchObject({ incarnation: { state: 'created', exitCode: null } });
});

describe('the network', () => {
  const named = (name: string) =>
    docker.json<{ Name: string; Options: object }[]>({ method: 'GET', path: `/networks?filters={"name":["${name}"]}` });

  it('is one, however many managers make it at the same time', async () => {
    const name = uniqueName('race');
    const managers = Array.from({ length: 6 }, () => engineWith({ network: name }));
    const outcomes = await Promise.all(managers.map((engine) => engine.prepare('g')));
    expect(outcomes).toEqual(Array(6).fill({ kind: 'prepared' }));
    expect(await named(name)).toHaveLength(1);
    await docker.call({ method: 'DELETE', path: `/networks/${name}` });
  });

  it('is one again when a manager was killed while making a second', async () => {
    const name = uniqueName('double');
    doubles.push(name);
    const json = { Name: name, Driver: 'bridge', CheckDuplicate: false, Labels: { 'galaxy.managed': 'true' } };
    // Later engines refuse the second one: then there is nothing to heal.
    const made = [1, 2].map(() => docker.call({ method: 'POST', path: '/networks/create', json }));
    expect((await Promise.all(made)).map(({ status }) => status)).toContain(201);
    const engine = engineWith({ network: name });
    const prepared = await Promise.all(['a', 'b', 'c'].map((gameId) => engine.prepare(gameId)));
    expect(prepared).toEqual(Array(3).fill({ kind: 'prepared' }));
    expect(await named(name)).toHaveLength(1);
    await run(engine, uniqueName('game'), engineImages.tiny);
  });

  it('is one again without the one that no container uses', async () => {
    const name = uniqueName('double');
    doubles.push(name);
    const engine = engineWith({ network: name });
    const json = { Name: name, Driver: 'bridge', CheckDuplicate: false, Labels: { 'galaxy.managed': 'true' } };
    const gameId = uniqueName('game');
    const id = await run(engine, gameId, engineImages.tiny);
    await docker.call({ method: 'POST', path: '/networks/create', json });
    expect(await engine.prepare(gameId)).toEqual({ kind: 'prepared' });
    expect(await named(name)).toHaveLength(1);
    expect(await engine.inspect(id)).toMatchObject({ incarnation: { address: expect.stringContaining('http://') } });
  });

  it('keeps games apart for a manager on the host, and lets in one that is a container', async () => {
    const [apart, together] = [uniqueName('apart'), uniqueName('together')];
    await engineWith({ network: apart }).prepare('g');
    await engineWith({ network: together, addressing: 'dns' }).prepare('g');
    expect((await named(apart))[0]?.Options).toEqual({ 'com.docker.network.bridge.enable_icc': 'false' });
    expect((await named(together))[0]?.Options).toEqual({});
    await Promise.all([apart, together].map((name) => docker.call({ method: 'DELETE', path: `/networks/${name}` })));
  });

  it('that has no address left is no capacity, and the container can be removed', async () => {
    const name = uniqueName('full');
    const part = () => Math.floor(Math.random() * 250);
    // From the range for benchmarks (RFC 2544): two addresses, one of them for the bridge itself.
    const IPAM = { Config: [{ Subnet: `198.18.${part()}.${4 * Math.floor(part() / 4)}/30` }] };
    await docker.json({ method: 'POST', path: '/networks/create', json: { Name: name, Driver: 'bridge', IPAM } });
    const engine = engineWith({ network: name });
    const first = await run(engine, uniqueName('game'), engineImages.tiny);
    const gameId = uniqueName('game');
    await engine.prepare(gameId);
    const second = await engine.create({ gameId, opId: 'op', attempt: 1, imageRef: engineImages.tiny });
    const id = second.kind === 'created' ? second.id : '';
    ids.push(id);
    expect(await engine.start(id)).toMatchObject({ kind: 'no_capacity', message: expect.stringContaining('no available IPv4') });
    expect([await engine.remove(id), await engine.remove(first)]).toEqual(['removed', 'removed']);
    await docker.call({ method: 'DELETE', path: `/networks/${name}` });
  });
});
