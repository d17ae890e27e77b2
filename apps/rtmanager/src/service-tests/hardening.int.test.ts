import { engineImages, uniqueName } from '@galaxy/testing';
import { openWorld, publishStart, untilResults, type World } from '@galaxy/verification';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Inspected {
  readonly Name: string;
  readonly Config: {
    readonly User: string;
    readonly Hostname: string;
    readonly Labels: Readonly<Record<string, string>>;
    readonly Env: readonly string[];
  };
  readonly HostConfig: Readonly<Record<string, unknown>>;
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly Aliases: readonly string[] }>>;
    readonly Ports: object;
  };
}

let world: World;
let container: Inspected;
let id: string;
const gameId = uniqueName('game');
beforeAll(async () => {
  world = await openWorld();
  const limits = { RTMANAGER_ENGINE_MEMORY: '256m', RTMANAGER_ENGINE_CPUS: '0.5', RTMANAGER_ENGINE_PIDS: '64' };
  const rtmanager = await world.start(limits);
  await rtmanager.untilReady();
  await publishStart(world.redis, gameId, engineImages.current);
  const [result = {}] = await untilResults(world, gameId, 1);
  id = result['container_id'] ?? '';
  container = await world.docker.json<Inspected>({ method: 'GET', path: `/containers/${id}/json` });
});
afterAll(() => world.close());

describe('a container that the service has started', () => {
  it('has no capability, cannot gain one, and is not privileged', () => {
    expect(container.HostConfig['CapAdd'] ?? []).toEqual([]);
    expect(container.HostConfig).toMatchObject({
      Privileged: false,
      CapDrop: ['ALL'],
      SecurityOpt: expect.arrayContaining([expect.stringMatching(/^no-new-privileges/)]),
      Devices: null,
      PidMode: '',
      UTSMode: '',
      IpcMode: 'private',
    });
  });

  it('runs as a user without rights, on a read-only root', () => {
    expect(container.Config.User).toBe('65532:65532');
    expect(container.HostConfig).toMatchObject({ ReadonlyRootfs: true, Binds: null, VolumesFrom: null });
    expect(container.HostConfig['Tmpfs']).toEqual({ '/tmp': expect.stringMatching(/noexec.*nosuid.*nodev/) });
  });

  it('has the limits of the configuration', () => {
    const memory = 256 * 2 ** 20;
    expect(container.HostConfig).toMatchObject({ Memory: memory, MemorySwap: memory, NanoCpus: 5e8, PidsLimit: 64 });
  });

  it('is on the network of the games under its name, and publishes no port', () => {
    expect(container.Name).toBe(`/galaxy-game-${gameId}`);
    expect(container.Config.Hostname).toBe(`galaxy-game-${gameId}`);
    expect(Object.keys(container.NetworkSettings.Networks)).toEqual([world.network]);
    expect(container.NetworkSettings.Networks[world.network]?.Aliases).toContain(`galaxy-game-${gameId}`);
    expect(container.HostConfig).toMatchObject({ PublishAllPorts: false, NetworkMode: world.network });
    expect(Object.values(container.NetworkSettings.Ports)).toEqual([null]);
  });

  it('has labels that say to whom it belongs, and no secrets', () => {
    expect(container.Config.Labels).toMatchObject({
      'galaxy.managed': 'true',
      'galaxy.instance': world.instance,
      'galaxy.game_id': gameId,
      'galaxy.op_id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'galaxy.attempt': '1',
      'galaxy.image_ref': engineImages.current,
    });
    expect(container.Config.Env.join()).not.toMatch(/redis|postgres|RTMANAGER/i);
  });

  it('is never restarted by the engine, and cannot fill the disk with its log', () => {
    expect(container.HostConfig).toMatchObject({
      RestartPolicy: { Name: 'no' },
      AutoRemove: false,
      LogConfig: { Config: { 'max-file': expect.any(String), 'max-size': expect.any(String) } },
    });
  });
});
