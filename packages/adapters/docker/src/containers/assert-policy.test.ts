import { InvalidInputError } from '@galaxy/ports';
import { describe, expect, it } from 'vitest';
import type { DockerEngineOptions } from '../client/docker-engine-options.js';
import { dockerEngineSettings } from '../client/docker-engine-options.js';
import { assertPolicy } from './assert-policy.js';
import type { ContainerBody } from './container-request.js';
import { containerRequest } from './container-request.js';

const stateRoot = '/var/lib/galaxy/games';
const options: DockerEngineOptions = { host: 'unix:///var/run/docker.sock', instance: 'test', stateRoot, env: { LOG: 'info' } };
const spec = { gameId: 'g-1', opId: 'op', attempt: 1, imageRef: 'games/engine:1' };

function body(more: Partial<DockerEngineOptions> = {}, stateFolder: string | null = `${stateRoot}/g-1`): ContainerBody {
  const plan = { spec, image: 'docker.io/games/engine:1', stateFolder, init: true };
  return containerRequest(dockerEngineSettings({ ...options, ...more }), plan)._body;
}
const host = (change: object): ContainerBody => ({ ...body(), HostConfig: { ...body().HostConfig, ...change } });
const mount = (change: object) => {
  const valid = { Type: 'bind', Source: `${stateRoot}/g-1`, Target: '/data', ReadOnly: false, BindOptions: { Propagation: 'rprivate' } };
  return host({ Mounts: [{ ...valid, ...change }] });
};

describe('assertPolicy', () => {
  it.each([
    ['with everything', body({ runtime: 'runsc', cgroupParent: '/games', init: false })],
    ['without a state folder', body({}, null)],
    ['with other limits', body({ limits: { memoryBytes: 1e9, cpus: 0.5, pids: 16 } })],
  ])('allows what the adapter makes: %s', (_, made) => {
    expect(() => assertPolicy(made, { stateRoot })).not.toThrow();
  });

  it.each<[string, ContainerBody, string]>([
    ['all rights', host({ Privileged: true }), 'HostConfig.Privileged'],
    ['a capability', host({ CapAdd: ['NET_ADMIN'] }), 'HostConfig.CapAdd'],
    ['capabilities that are kept', host({ CapDrop: ['MKNOD'] }), 'HostConfig.CapDrop'],
    ['capabilities that nobody mentions', host({ CapDrop: undefined }), 'HostConfig.CapDrop'],
    ['new privileges', host({ SecurityOpt: [] }), 'HostConfig.SecurityOpt'],
    ['no seccomp', host({ SecurityOpt: ['no-new-privileges:true', 'seccomp=unconfined'] }), 'HostConfig.SecurityOpt'],
    ['a writable root', host({ ReadonlyRootfs: false }), 'HostConfig.ReadonlyRootfs'],
    ["the host's network", host({ NetworkMode: 'host' }), 'HostConfig.NetworkMode'],
    ["another container's network", host({ NetworkMode: 'container:abc' }), 'HostConfig.NetworkMode'],
    ['the default bridge', host({ NetworkMode: 'bridge' }), 'HostConfig.NetworkMode'],
    ["the host's processes", host({ PidMode: 'host' }), 'HostConfig.PidMode'],
    ["the host's memory segments", host({ IpcMode: 'host' }), 'HostConfig.IpcMode'],
    ["the host's control groups", host({ CgroupnsMode: 'host' }), 'HostConfig.CgroupnsMode'],
    ["the host's users", host({ UsernsMode: 'host' }), 'HostConfig.UsernsMode'],
    ['a device', host({ Devices: [{ PathOnHost: '/dev/kvm' }] }), 'HostConfig.Devices'],
    ['a bind', host({ Binds: ['/var/run/docker.sock:/docker.sock'] }), 'HostConfig.Binds'],
    ['volumes of another container', host({ VolumesFrom: ['db'] }), 'HostConfig.VolumesFrom'],
    ['a published port', host({ PortBindings: { '80/tcp': [{}] } }), 'HostConfig.PortBindings'],
    ['all ports published', host({ PublishAllPorts: true }), 'HostConfig.PublishAllPorts'],
    ['a restart by the daemon', host({ RestartPolicy: { Name: 'always', MaximumRetryCount: 0 } }), 'HostConfig.RestartPolicy'],
    ['no memory limit', host({ Memory: 0 }), 'HostConfig.Memory'],
    ['swap', host({ MemorySwap: -1 }), 'HostConfig.MemorySwap'],
    ['more swap than memory', host({ MemorySwap: 2e9 }), 'HostConfig.MemorySwap'],
    ['no processor limit', host({ NanoCpus: 0 }), 'HostConfig.NanoCpus'],
    ['no process limit', host({ PidsLimit: -1 }), 'HostConfig.PidsLimit'],
    ['a writable place that executes', host({ Tmpfs: { '/tmp': 'rw,exec' } }), 'HostConfig.Tmpfs'],
    ['another writable place', host({ Tmpfs: { '/etc': 'rw,noexec,nosuid,nodev,size=1,mode=1777' } }), 'HostConfig.Tmpfs'],
    ['a field nobody has thought about', host({ Brandnew: true }), 'HostConfig.Brandnew'],
    ['a mount of the root itself', mount({ Source: stateRoot }), 'HostConfig.Mounts'],
    ['a mount beside the root', mount({ Source: '/var/lib/galaxy/games-secret/g-1' }), 'HostConfig.Mounts'],
    ['a mount that climbs out', mount({ Source: `${stateRoot}/../../etc` }), 'HostConfig.Mounts'],
    ['a mount at another place', mount({ Target: '/etc' }), 'HostConfig.Mounts'],
    ['a mount that spreads', mount({ BindOptions: { Propagation: 'rshared' } }), 'HostConfig.Mounts'],
    ['two mounts', host({ Mounts: [...(body().HostConfig.Mounts ?? []), ...(body().HostConfig.Mounts ?? [])] }), 'HostConfig.Mounts'],
    ['a second network', { ...body(), NetworkingConfig: { EndpointsConfig: { 'galaxy-games': {}, bridge: {} } } }, 'NetworkingConfig'],
    ['another network', { ...body(), NetworkingConfig: { EndpointsConfig: { host: {} } } }, 'NetworkingConfig'],
    ['root', { ...body(), User: '0:0' }, 'User'],
    ["root's group", { ...body(), User: '65532:0' }, 'User'],
    ['a user by name', { ...body(), User: 'nobody' }, 'User'],
    ['no user', { ...body(), User: '' }, 'User'],
    ['a terminal', { ...body(), Tty: true }, 'Tty'],
    ['another command', { ...body(), Cmd: ['/bin/sh'] }, 'Cmd'],
    ['a volume', { ...body(), Volumes: { '/x': {} } }, 'Volumes'],
  ])('refuses %s', (_, made, field) => {
    expect(() => assertPolicy(made, { stateRoot })).toThrow(InvalidInputError);
    expect(() => assertPolicy(made, { stateRoot })).toThrow(`the container's ${field} is against the policy`);
  });

  it('refuses any mount when there is no state root', () => {
    expect(() => assertPolicy(body(), { stateRoot: null })).toThrow('HostConfig.Mounts');
  });
});
