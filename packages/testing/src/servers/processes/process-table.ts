import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

// Only these programs are signalled because of their directory. A shell in the directory may belong to a person.
const servers = new Set(['redis-server', 'postgres', 'initdb', 'dockerd', 'containerd', 'containerd-shim']);

/**
 * Whether the process exists and still runs. A zombie does not run. But a process whose first thread is a zombie runs while it
 * has other threads: its sockets stay open until the last one is gone.
 */
export function isRunning(pid: number): boolean {
  const state = statFields(pid)?.[0];
  if (state === 'Z') return (quietly(() => readdirSync(`/proc/${pid}/task`)) ?? []).length > 1;
  return state !== undefined && state !== 'X';
}

/** When the process started, in clock ticks of the kernel. Pids are used again; pid and start together identify one process. */
export function startTicks(pid: number): string | undefined {
  return statFields(pid)?.[19];
}

/**
 * The pids of all servers whose working directory is in `dir`, and of all processes in the control group with the name of `dir`:
 * the containers of a Docker Engine that was started there. Child processes of these servers are included.
 */
export function processesOf(dir: string): readonly number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => isRunning(pid) && (isServerIn(pid, dir) || isInGroupOf(pid, dir)));
}

/** Sends a signal. It is no error if the process is gone. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const STOPPED_WITHIN_MS = 60_000;

/**
 * Freezes processes by SIGSTOP. Returns once none of their threads runs any more: right after the signal, a thread on another
 * processor may still answer a request.
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

// The states of threads that are not stopped, traced, dead or zombies.
const RUNS = new Set(['R', 'S', 'D', 'I']);

function isServerIn(pid: number, dir: string): boolean {
  const cwd = quietly(() => readlinkSync(`/proc/${pid}/cwd`));
  if (cwd === undefined || !`${cwd}/`.startsWith(`${dir}/`)) return false;
  return servers.has(quietly(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim()) ?? '');
}

function isInGroupOf(pid: number, dir: string): boolean {
  return quietly(() => readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.includes(`/${basename(dir)}/`) ?? false;
}

/** The fields of /proc/{pid}/stat from the state on. Before it is the command, which may contain spaces and brackets. */
function statFields(pid: number | string): readonly string[] | undefined {
  const stat = quietly(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Undefined when the process ends while it is being read. */
function quietly<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
