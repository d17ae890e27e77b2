import { readdirSync, readFileSync } from 'node:fs';
import { demoEngineMain } from '@galaxy/demo-engine';
import type { ContainerEngineLimits, ContainerFleetUnderTest } from '@galaxy/manager-port-contracts';
import type { Incarnation } from '@galaxy/manager-ports';
import { expect } from 'vitest';
import { LocalProcessEngine } from './local-process-engine.js';
import { LocalProcessFleet } from './local-process-fleet.js';

/** Sources need a loader in the processes, too. */
export const nodeArguments = ['--conditions=galaxy-source', '--import', 'tsx'];

/** An engine that runs demo engines. */
export const newEngine = (stateRoot?: string) =>
  new LocalProcessEngine({ main: demoEngineMain, nodeArguments, ...(stateRoot !== undefined && { stateRoot }) });

/** Returns once the engine answers. */
export async function untilReady({ address }: Incarnation): Promise<void> {
  await expect.poll(() => isHealthy(address), { timeout: 15_000 }).toBe(true);
}

/** Whether a healthy engine answers at the address. */
export async function isHealthy(address: string | null): Promise<boolean> {
  return fetch(`${address ?? ''}/healthz`).then(
    (answer) => answer.ok,
    () => false,
  );
}

/** What local processes can't show. */
export const localLimits: ContainerEngineLimits = {
  foreign: 'nobody else can put an engine under a game of this process',
  pause: 'a process has no paused state of its own',
  cutOff: 'it is this very process',
};

/** An engine with its fleet. */
export async function openLocalWorld(): Promise<ContainerFleetUnderTest> {
  const engine = newEngine();
  return {
    engine,
    fleet: new LocalProcessFleet(engine),
    images: {
      healthy: 'galaxy/demo-engine:1.0.0',
      missing: 'galaxy/demo-engine:missing',
      exitsEarly: { ref: 'galaxy/demo-engine:exits-early', exitCode: 3 },
      refusesStart: 'galaxy/demo-engine:bad-command',
      ignoresSigterm: 'galaxy/demo-engine:ignores-sigterm',
    },
    untilReady,
    plantForeign: () => Promise.reject(new Error('not possible')),
    pause: () => Promise.reject(new Error('not possible')),
    endBehindItsBack: async (id) => {
      const inspection = await engine.inspect(id);
      process.kill(Number(pidAt(inspection.kind === 'ours' ? inspection.incarnation.address : null)), 'SIGKILL');
    },
    cutOff: () => Promise.reject(new Error('not possible')),
    restore: () => Promise.reject(new Error('not possible')),
    close: () => engine.close(),
  };
}

/** The process of the engine at an address, known by the port in its environment. */
export function pidAt(address: string | null): string {
  const port = new URL(address ?? '').port;
  return readdirSync('/proc').find((pid) => environmentOf(pid).includes(`PORT=${port}`)) ?? '';
}

/** The environment of a process; nothing when it is gone. */
export function environmentOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
