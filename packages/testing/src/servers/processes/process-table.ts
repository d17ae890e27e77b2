import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

// Only these are ever signalled by their directory: a shell that happens to stand in it is somebody's.
const servers = new Set(['redis-server', 'postgres', 'initdb', 'dockerd', 'containerd', 'containerd-shim']);

/**
 * Whether the process exists and still runs; a zombie that waits to be reaped does not. A process whose first thread is a
 * zombie still runs while it has other threads: they keep its sockets open until the last one is gone.
 */
export function isRunning(pid: number): boolean {
  const state = statFields(pid)?.[0];
  if (state === 'Z') return (quietly(() => readdirSync(`/proc/${pid}/task`)) ?? []).length > 1;
  return state !== undefined && state !== 'X';
}

/** When the process started, in the kernel's clock ticks: with the pid it names one process for ever, as pids come again. */
export function startTicks(pid: number): string | undefined {
  return statFields(pid)?.[19];
}

/**
 * Pids of the servers whose working directory lies in `dir`, and of everything in the control group named after `dir`
 * (the containers of a Docker Engine that was started there), children of servers first started included.
 */
export function processesOf(dir: string): readonly number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => isRunning(pid) && (isServerIn(pid, dir) || isInGroupOf(pid, dir)));
}

/** Sends a signal; a process that is gone is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const STOPPED_WITHIN_MS = 60_000;

/**
 * Stops processes in their tracks; returns once none of their threads runs any more. The signal alone is only on its way: a
 * thread on another processor may still answer somebody.
 */
export function freeze(pids: readonly number[]): void {
  for (const pid of pids) signal(pid, 'SIGSTOP');
  const deadline = performance.now() + STOPPED_WITHIN_MS;
  while (!pids.every(isStopped)) if (performance.now() > deadline) throw new Error(`${pids.join(', ')} did not stop`);
}

function isStopped(pid: number): boolean {
  const threads = quietly(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  return threads.every((thread) => !RUNS.has(statFields(`${pid}/task/${thread}`)?.[0] ?? ''));
}

// Stopped, traced, dead and zombie threads are not among them.
const RUNS = new Set(['R', 'S', 'D', 'I']);

function isServerIn(pid: number, dir: string): boolean {
  const cwd = quietly(() => readlinkSync(`/proc/${pid}/cwd`));
  if (cwd === undefined || !`${cwd}/`.startsWith(`${dir}/`)) return false;
  return servers.has(quietly(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim()) ?? '');
}

function isInGroupOf(pid: number, dir: string): boolean {
  return quietly(() => readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.includes(`/${basename(dir)}/`) ?? false;
}

/** The fields of /proc/{pid}/stat after the command, which may itself hold spaces and brackets: state first. */
function statFields(pid: number | string): readonly string[] | undefined {
  const stat = quietly(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** A process may end between two looks at it. */
function quietly<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
