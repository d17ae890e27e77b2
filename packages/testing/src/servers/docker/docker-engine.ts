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

/** A private Docker Engine. Its control methods act on dockerd. Containers go on when dockerd ends (live-restore). */
export interface DockerEngine extends DockerApi, ServerControl {
  /** Its containerd: a process of its own, as in production, so it goes on when dockerd crashes. */
  readonly containerd: ServerControl;
  /** Ends the engine and its containers, and removes its networks and data. */
  stop(): Promise<void>;
}

/** How a private Docker Engine differs from the default. */
export interface DockerEngineOptions {
  /** Further dockerd arguments. */
  readonly args?: readonly string[];
}

/**
 * Starts a private Docker Engine on a unix socket. Its networks take their addresses from a range of its own: 63 networks of 1021
 * containers each. This machine reaches containers by their addresses, and several engines can run at the same time. The engine
 * changes no firewall rule, so containers reach each other and this machine, and nothing else. It needs root. Its storage is
 * overlay2, or vfs where the file system does not support overlay2.
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
    // A killed dockerd leaves its pid file. The next one does not start while that pid exists, even as a zombie.
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
    // By the name of the control group, a container's processes are found after their shim was killed.
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
