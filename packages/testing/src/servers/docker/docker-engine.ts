import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { basename, join } from 'node:path';
import { ensurePrograms } from '../processes/install.js';
import { sweepWorkDir } from '../processes/leftovers.js';
import type { ServerControl } from '../processes/server-process.js';
import { startServerProcess } from '../processes/server-process.js';
import { inWorkDir } from '../processes/work-dir.js';
import type { AddressPool } from './address-pool.js';
import { reserveAddressPool } from './address-pool.js';
import type { DockerApi } from './docker-api.js';
import { dockerApi } from './docker-api.js';
import { endLostContainers } from './lost-containers.js';

/** A private Docker Engine; its control methods act on dockerd. Containers outlive dockerd's end (live-restore). */
export interface DockerEngine extends DockerApi, ServerControl {
  /** The containerd beside it, a process of its own as in production: dockerd's crash leaves it alone. */
  readonly containerd: ServerControl;
  /** Ends the engine with its containers, removes its networks and its data. */
  stop(): Promise<void>;
}

/** How a private Docker Engine differs from the usual one. */
export interface DockerEngineOptions {
  /** Further dockerd arguments. */
  readonly args?: readonly string[];
}

/**
 * Starts a Docker Engine of one's own, reachable over a unix socket. Networks created on it take their addresses from a
 * range of its own, 63 networks of 1021 containers each, and this machine reaches containers by their address; several engines
 * live side by side. It touches no firewall rule, so containers reach each other and this machine, and nothing beyond.
 * Needs root. Storage is overlay2, or vfs where the file system does not carry that.
 */
export async function startDockerEngine(options: DockerEngineOptions = {}): Promise<DockerEngine> {
  if (process.getuid?.() !== 0) throw new Error('a Docker Engine of our own needs root: run as root, or give DOCKER_HOST');
  const [dockerd = '', containerdPath = '', ip = ''] = await ensurePrograms('dockerd', 'containerd', 'ip');
  return inWorkDir('docker', async (dir) => {
    const [pool, containerd] = await Promise.all([reserveAddressPool(dir, ip), startContainerd(containerdPath, dir)]);
    const start = (storage: string): Promise<ServerControl> => {
      return startDockerd(dockerd, dir, [...dockerdArguments(dir, pool), '--storage-driver', storage, ...(options.args ?? [])]);
    };
    const control = await start('overlay2').catch(() => start('vfs'));
    return { ...dockerApi(socketOf(dir)), ...control, containerd, stop: () => sweepWorkDir(dir) };
  });
}

const socketOf = (dir: string): string => `unix://${dir}/docker.sock`;

function startDockerd(command: string, dir: string, args: readonly string[]): Promise<ServerControl> {
  const api = dockerApi(socketOf(dir));
  return startServerProcess({
    name: 'dockerd',
    command,
    args,
    cwd: dir,
    logFile: join(dir, 'dockerd.log'),
    ready: async () => (await api.call({ method: 'GET', path: '/_ping', timeoutMs: 5000 })).status === 200,
    // A killed dockerd leaves its pid file, and the next one refuses to start while that pid still exists, even as a zombie.
    beforeStart: async () => {
      await Promise.all([rm(join(dir, 'docker.pid'), { force: true }), endLostContainers(dir)]);
    },
  });
}

function dockerdArguments(dir: string, pool: AddressPool): readonly string[] {
  return [
    ['--config-file', join(dir, 'daemon.json')],
    ['--containerd', join(dir, 'containerd.sock')],
    ['--data-root', join(dir, 'data')],
    ['--exec-root', join(dir, 'exec')],
    ['--pidfile', join(dir, 'docker.pid')],
    ['--host', socketOf(dir)],
    ['--bridge', pool.bridge],
    ['--default-address-pool', `base=${pool.base},size=22`],
    ['--iptables=false', '--ip-forward=false', '--userland-proxy=false', '--live-restore', '--log-level=warn'],
    // The name of the control group is how a container's processes are found again after their shim was killed.
    ['--exec-opt', 'native.cgroupdriver=cgroupfs', '--cgroup-parent', `/${basename(dir)}`],
  ].flat();
}

async function startContainerd(command: string, dir: string): Promise<ServerControl> {
  const home = join(dir, 'containerd');
  const socket = join(dir, 'containerd.sock');
  await mkdir(home);
  await writeFile(join(dir, 'daemon.json'), '{}');
  await writeFile(join(home, 'config.toml'), containerdConfig(home, socket));
  return startServerProcess({
    name: 'containerd',
    command,
    args: ['--config', join(home, 'config.toml')],
    cwd: home,
    logFile: join(dir, 'containerd.log'),
    ready: () => accepts(socket),
  });
}

function containerdConfig(home: string, socket: string): string {
  return `version = 2
root = "${home}/root"
state = "${home}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "${socket}"
[ttrpc]
  address = "${socket}.ttrpc"
[debug]
  level = "warn"
`;
}

async function accepts(socketPath: string): Promise<boolean> {
  const socket = connect(socketPath);
  try {
    await once(socket, 'connect');
    return true;
  } finally {
    socket.destroy();
  }
}
