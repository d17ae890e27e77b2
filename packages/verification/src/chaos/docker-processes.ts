import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { DockerEngine } from '@galaxy/testing';

/** The processes in each container of a private Docker Engine: those in the container's control group. */
export function containerProcesses(engine: Pick<DockerEngine, 'host'>): ReadonlyMap<string, readonly number[]> {
  const group = new RegExp(`/${basename(workDir(engine))}/([0-9a-f]{64})`);
  const found = new Map<string, number[]>();
  for (const pid of pids()) {
    const [, container = ''] = group.exec(read(`/proc/${pid}/cgroup`)) ?? [];
    // A zombie has no command line.
    if (container === '' || read(`/proc/${pid}/cmdline`) === '') continue;
    found.set(container, [...(found.get(container) ?? []), pid]);
  }
  return found;
}

/** The pid of each shim of a private Docker Engine, by container. */
export function shims(engine: Pick<DockerEngine, 'host'>): ReadonlyMap<string, number> {
  const address = `${workDir(engine)}/containerd.sock`;
  const found = new Map<string, number>();
  for (const pid of pids()) {
    const command = read(`/proc/${pid}/cmdline`).split('\0');
    const container = command[command.indexOf('-id') + 1];
    const isShim = command[0]?.includes('containerd-shim') === true && command.includes(address);
    if (isShim && container !== undefined) found.set(container, pid);
  }
  return found;
}

const workDir = ({ host }: Pick<DockerEngine, 'host'>): string => dirname(new URL(host).pathname);

const pids = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

// Empty when the process ends while it is being read.
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
