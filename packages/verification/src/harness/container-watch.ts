import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DockerApi } from '@galaxy/testing';
import { containersOf } from './service-world.js';

/** The outcome of a watch. */
interface Watched {
  /** Every case in which a game had two containers. */
  readonly violations: readonly string[];
  /** How often it looked. */
  readonly looks: number;
  /** Every container that was seen running or ended, or whose start was an event. */
  readonly ran: ReadonlySet<string>;
}

/** A container that was removed, after one time and before the other, in milliseconds since 1970. */
export interface Departed {
  readonly id: string;
  readonly after: number;
  readonly before: number;
}

export interface ContainerWatch {
  /** Containers that were seen, and that the last look did not find. */
  readonly departed: readonly Departed[];
  /** As {@link Watched.ran}, so far. */
  readonly ran: ReadonlySet<string>;
  end(): Promise<Watched>;
}

const EVERY_MS = 50;

/**
 * Watches in two ways that no game ever has two containers. It lists the containers every 50 ms, or as often as the engine
 * answers. And it follows the engine's events of containers that start and die.
 */
export function watchContainers(docker: DockerApi, instance: string): ContainerWatch {
  const violations = new Set<string>();
  const ran = new Set<string>();
  const over = new AbortController();
  const following = followEvents({ host: docker.host, instance, ran, violations, signal: over.signal });
  const departed: Departed[] = [];
  let lastSeen = new Map<string, number>();
  let looks = 0;
  const look = async (): Promise<void> => {
    const games = new Map<string, string>();
    const askedAt = Date.now();
    const seen = new Map<string, number>();
    for (const { Id, State, Labels } of await containersOf(docker, instance)) {
      seen.set(Id, askedAt);
      if (State !== 'created') ran.add(Id);
      const game = Labels['galaxy.game_id'] ?? '';
      const other = games.get(game);
      if (other !== undefined) violations.add(`${game} has two containers: ${other} and ${Id}`);
      games.set(game, Id);
    }
    for (const [id, after] of lastSeen) if (!seen.has(id)) departed.push({ id, after, before: Date.now() });
    lastSeen = seen;
    looks += 1;
  };
  const watching = (async () => {
    while (!over.signal.aborted) {
      // The test may have killed the engine.
      await look().catch(() => undefined);
      await sleep(EVERY_MS);
    }
  })();
  return {
    departed,
    ran,
    end: async () => {
      over.abort();
      await Promise.all([watching, following]);
      return { violations: [...violations], looks, ran };
    },
  };
}

interface DockerEvent {
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

interface Following {
  readonly host: string;
  readonly instance: string;
  readonly ran: Set<string>;
  readonly violations: Set<string>;
  readonly signal: AbortSignal;
}

async function followEvents({ host, instance, ran, violations, signal }: Following): Promise<void> {
  while (!signal.aborted) {
    // The engine sends no events of what ended while it was away.
    const running = new Map<string, string>();
    await eachEvent(host, instance, signal, ({ Action, Actor: { ID, Attributes } }) => {
      const game = Attributes['galaxy.game_id'] ?? '';
      if (Action === 'die' && running.get(game) === ID) running.delete(game);
      if (Action !== 'start') return;
      ran.add(ID);
      const other = running.get(game);
      if (other !== undefined && other !== ID) violations.add(`${game}: ${ID} was started while ${other} ran`);
      running.set(game, ID);
    });
    await sleep(EVERY_MS);
  }
}

/**
 * Passes on every event until the connection ends or the signal aborts:
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemEvents
 */
async function eachEvent(host: string, instance: string, signal: AbortSignal, note: (event: DockerEvent) => void): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ type: ['container'], label: [`galaxy.instance=${instance}`] }));
  const asked = request({ socketPath: new URL(host).pathname, path: `/events?filters=${filters}`, agent: false, signal });
  try {
    const answered = once(asked, 'response') as Promise<[IncomingMessage]>;
    asked.end();
    const [response] = await answered;
    let rest = '';
    // Unlike readline, this ends when the connection is cut.
    for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) note(JSON.parse(line) as DockerEvent);
    }
  } catch {
    // The caller asks again, whatever the error was.
  }
}
