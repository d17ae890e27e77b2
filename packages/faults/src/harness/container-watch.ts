import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DockerApi } from '@galaxy/testkit';
import { containersOf } from './service-world.js';

/** What a watch saw. */
interface Watched {
  /** Every instant at which a game had two containers. */
  readonly violations: readonly string[];
  /** How often it looked. */
  readonly looks: number;
  /** Every container that was started while the engine told its events. */
  readonly ran: ReadonlySet<string>;
}

/** Watches an installation's containers. */
export interface ContainerWatch {
  end(): Promise<Watched>;
}

const EVERY_MS = 50;

/**
 * Watches in two ways that no game ever has two containers: looks every 50 ms, or as often as the engine answers, and
 * follows the engine's own account of what starts and dies, until the engine goes away.
 */
export function watchContainers(docker: DockerApi, instance: string): ContainerWatch {
  const violations = new Set<string>();
  const events = followEvents(docker.host, instance, violations);
  let looks = 0;
  const over = new AbortController();
  const look = async (): Promise<void> => {
    const games = new Map<string, string>();
    for (const { Id, Labels } of await containersOf(docker, instance)) {
      const game = Labels['galaxy.game_id'] ?? '';
      const other = games.get(game);
      if (other !== undefined) violations.add(`${game} has two containers: ${other} and ${Id}`);
      games.set(game, Id);
    }
    looks += 1;
  };
  const watching = (async () => {
    while (!over.signal.aborted) {
      // An engine that was killed for the test's sake does not answer for a while.
      await look().catch(() => undefined);
      await sleep(EVERY_MS);
    }
  })();
  return {
    end: async () => {
      over.abort();
      await watching;
      events.end();
      return { violations: [...violations], looks, ran: events.ran };
    },
  };
}

interface DockerEvent {
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

// https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemEvents
function followEvents(host: string, instance: string, violations: Set<string>): { ran: ReadonlySet<string>; end: () => void } {
  const ran = new Set<string>();
  const running = new Map<string, string>();
  const note = ({ Action, Actor: { ID, Attributes } }: DockerEvent): void => {
    const game = Attributes['galaxy.game_id'] ?? '';
    if (Action === 'die' && running.get(game) === ID) running.delete(game);
    if (Action !== 'start') return;
    ran.add(ID);
    const other = running.get(game);
    if (other !== undefined && other !== ID) violations.add(`${game}: ${ID} was started while ${other} ran`);
    running.set(game, ID);
  };
  const filters = encodeURIComponent(JSON.stringify({ type: ['container'], label: [`galaxy.instance=${instance}`] }));
  const following = request({ socketPath: new URL(host).pathname, path: `/events?filters=${filters}`, agent: false }, (response) => {
    const lines = createInterface({ input: response });
    lines.on('line', (line) => note(JSON.parse(line) as DockerEvent));
    lines.on('error', () => undefined);
  });
  following.on('error', () => undefined);
  following.end();
  return { ran, end: () => following.destroy() };
}
