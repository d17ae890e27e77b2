import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isRunning, processesOf, signal } from '../processes/process-table.js';
import { waitFor } from '../processes/wait-for.js';

/**
 * Ends containers that a killed dockerd has lost, as an operator would. Must be called while dockerd is down. If dockerd is killed
 * after containerd has made the process of a container, and before dockerd has written that, it will never know that process: it
 * shows the container as created. The process keeps its address and its MAC, but dockerd gives both to the next container. Packets
 * then go to the one of the two that sent last. So connections to a healthy engine are refused, or the lost engine answers instead.
 */
export async function endLostContainers(dir: string): Promise<void> {
  const lost = (await Promise.all(processesOf(dir).map((pid) => lostFrom(dir, pid)))).flat();
  for (const pid of lost) signal(pid, 'SIGKILL');
  await waitFor('the end of lost containers', () => !lost.some(isRunning));
}

async function lostFrom(dir: string, pid: number): Promise<readonly number[]> {
  const container = containerOf(dir, pid);
  if (container === undefined) return [];
  const file = join(dir, 'data', 'containers', container, 'config.v2.json');
  const known = await readFile(file, 'utf8').catch(() => '{}');
  const { State } = JSON.parse(known) as { readonly State?: { readonly Running?: boolean } };
  return State?.Running === true ? [] : [pid];
}

/** Finds the container of a process: its control group has the id of the container in its name. */
function containerOf(dir: string, pid: number): string | undefined {
  try {
    const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
    return new RegExp(`/${basename(dir)}/([0-9a-f]{64})`).exec(groups)?.[1];
  } catch {
    return undefined;
  }
}
