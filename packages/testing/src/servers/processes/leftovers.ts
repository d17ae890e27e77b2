import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { removeBridgesOf } from '../docker/address-pool.js';
import { processesOf, signal } from './process-table.js';
import { run } from './run.js';
import { waitFor } from './wait-for.js';

/**
 * Ends and removes everything that was started in a work directory: processes (by SIGKILL), the control group of the containers,
 * mounts, bridges, shared memory, sockets in other directories, files. The servers may be in any state, also killed, paused or
 * never started. It may be repeated. Rejects when a process, the group or the directory is still there.
 */
export async function sweepWorkDir(dir: string): Promise<void> {
  await killAll(dir);
  await Promise.all([removeShimSockets(dir), removeSharedMemory(dir), removeControlGroup(basename(dir)), removeBridgesOf(dir)]);
  await unmountAll(dir);
  await rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

/** Kills repeatedly, because a process may start another one before it is killed. */
async function killAll(dir: string): Promise<void> {
  await waitFor(`the end of all processes of ${dir}`, () => {
    const left = processesOf(dir);
    for (const pid of left) signal(pid, 'SIGKILL');
    return left.length === 0;
  });
}

/** Unmounts lazily, the deepest mount first, because the root of a container lies inside another mount. */
async function unmountAll(dir: string): Promise<void> {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  const ours = mounts.map((line) => line.split(' ')[1] ?? '').filter((path) => path.startsWith(`${dir}/`));
  for (const path of ours.reverse()) await run('umount', ['-l', path]).catch(() => undefined);
}

/** The shims of containerd listen in /run/containerd/s. A killed shim leaves its socket; the bundle of its container names it. */
async function removeShimSockets(dir: string): Promise<void> {
  const tasks = join(dir, 'containerd', 'state', 'io.containerd.runtime.v2.task', 'moby');
  for (const id of await readdir(tasks).catch(() => [])) {
    const address = await readFile(join(tasks, id, 'address'), 'utf8').catch(() => '');
    if (address.startsWith('unix://')) await rm(address.slice('unix://'.length), { force: true });
  }
}

/** A killed postmaster leaves its System V segment. Line 7 of its pid file ends with the id of the segment. */
async function removeSharedMemory(dir: string): Promise<void> {
  const pidFile = await readFile(join(dir, 'data', 'postmaster.pid'), 'utf8').catch(() => '');
  const segment = pidFile.split('\n')[6]?.trim().split(/\s+/)[1];
  if (segment !== undefined) await run('ipcrm', ['--shmem-id', segment]).catch(() => undefined);
}

async function removeControlGroup(name: string): Promise<void> {
  const root = '/sys/fs/cgroup';
  const hierarchies = await readdir(root, { withFileTypes: true }).catch(() => []);
  // Version 2 has one hierarchy, at the root; version 1 has one per controller.
  const groups = [root, ...hierarchies.filter((entry) => entry.isDirectory()).map((entry) => join(root, entry.name))];
  await Promise.all(groups.map((group) => removeGroup(join(group, name))));
}

/** Tries repeatedly, because a group is busy until the last of its killed processes has left it. */
async function removeGroup(path: string): Promise<void> {
  const gone = async (): Promise<boolean> => {
    await removeGroupTree(path);
    return !existsSync(path);
  };
  await waitFor(`the end of control group ${path}`, gone, { everyMs: 50 });
}

async function removeGroupTree(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeGroupTree(join(path, entry.name));
  await rmdir(path).catch(() => undefined);
}
