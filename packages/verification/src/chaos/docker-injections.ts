import { setTimeout as sleep } from 'node:timers/promises';
import type { DockerEngine } from '@galaxy/testing';
import { containersOf, type ListedContainer } from '../harness/service-world.js';
import { containerProcesses, shims } from './docker-processes.js';
import type { ExternalChangeNotes } from './external-changes.js';
import { type Draw, type Injection, picked } from './injection.js';
import { serverInjections } from './server-injections.js';

/** All injections into a real engine have one victim, so they come one after the other: the engine does not survive several at once. */
const VICTIM = 'docker';
/** dockerd connects again to a containerd that was away within this time. */
const RECONNECT_MS = 5000;

/** Kills, restarts and freezes dockerd and containerd; kills single containers in several ways, or removes them. */
export function dockerInjections(engine: DockerEngine, instance: string, notes: ExternalChangeNotes): readonly Injection[] {
  const around = async (inject: () => Promise<void>): Promise<void> => {
    const from = Date.now();
    await inject();
    const lapse = { from, to: Date.now() + RECONNECT_MS };
    notes.failing(null, lapse);
    notes.late(lapse);
  };
  // dockerd may never learn of a container that ends before it has connected again.
  const untilReconnected = (inject: () => Promise<void>): Promise<void> =>
    around(async () => {
      await inject();
      await sleep(RECONNECT_MS);
    });
  const shared = { polite: 'SIGTERM', victim: VICTIM } as const;
  return [
    ...serverInjections({ name: 'dockerd', server: engine, weight: 2, around, ...shared }),
    ...serverInjections({ name: 'containerd', server: engine.containerd, around: untilReconnected, ...shared }),
    ...containerInjections(engine, instance, notes),
  ];
}

function containerInjections(engine: DockerEngine, instance: string, notes: ExternalChangeNotes): readonly Injection[] {
  const onOne = (act: (container: ListedContainer) => Promise<void> | void) => async (draw: Draw) => {
    const candidates = (await containersOf(engine, instance)).filter(({ State }) => State === 'running');
    if (candidates.length > 0) await act(picked(candidates, draw));
  };
  const died = ({ Id, Labels }: ListedContainer): void => notes.died(Id, Labels['galaxy.game_id'] ?? null);
  const killed = onOne(async (container) => {
    died(container);
    await engine.call({ method: 'POST', path: `/containers/${container.Id}/kill` });
  });
  const crashed = onOne((container) => {
    died(container);
    for (const pid of containerProcesses(engine).get(container.Id) ?? []) kill(pid);
  });
  const shimKilled = onOne((container) => {
    const shim = shims(engine).get(container.Id);
    if (shim === undefined) return;
    died(container);
    notes.failing(null, { from: Date.now(), to: Date.now() });
    kill(shim);
  });
  const removed = onOne(async ({ Id, Labels }) => {
    notes.removed(Id, Labels['galaxy.game_id'] ?? null);
    await engine.call({ method: 'DELETE', path: `/containers/${Id}?force=1&v=1` });
  });
  const injection = (kind: string, weight: number, inject: Injection['inject']): Injection => ({
    kind,
    weight,
    lasts: [0, 0],
    victim: () => VICTIM,
    inject,
  });
  return [
    injection('container killed', 4, killed),
    injection('container crashed', 4, crashed),
    injection('shim killed', 4, shimKilled),
    injection('container removed', 2, removed),
  ];
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
