import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isRunning, processesOf, signal } from '../processes/process-table.js';
import { waitFor } from '../processes/wait-for.js';

/**
 * Ends containers that a killed dockerd has lost, as an operator would; to be called while dockerd is down. A dockerd
 * that is killed after containerd made a container's process and before it wrote so down does not know that process ever
 * after: it shows the container as created and gives its address, and the MAC that goes with it, to the next one, while the
 * process keeps both. Whichever of the two spoke last is reached, so a healthy engine is refused, or a lost one answers for it.
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

/** The control group of a container's processes is named after it. */
function containerOf(dir: string, pid: number): string | undefined {
  try {
    const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
    return new RegExp(`/${basename(dir)}/([0-9a-f]{64})`).exec(groups)?.[1];
  } catch {
    return undefined;
  }
}
