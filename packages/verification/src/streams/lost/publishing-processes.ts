import { RedisConnection, RedisDeadLetterPublisher, RedisNumberedResultPublisher } from '@galaxy/adapter-redis';
import type { Outbox, OutboxEntry, RuntimeEvent } from '@galaxy/manager-ports';
import { waitFor } from '@galaxy/testing';
import { makeOutboxPublisher, type OutboxPublisher, runLoop } from '@galaxy/use-cases';
import { machineClock } from '../../harness/machine-clock.js';

const RELAY_EVERY_MS = 50;

/** A part of the service that only publishes, with a connection of its own. */
export interface PublishingProcess {
  readonly now: OutboxPublisher['now'];
  readonly relay: OutboxPublisher['relay'];
  readonly events: readonly RuntimeEvent[];
  /** Relays until it is closed, as the leader does. */
  relayOn(): void;
  close(): Promise<void>;
}

/** Opens a process that publishes to the Redis at an address. */
export async function openProcess(url: string, outbox: Outbox): Promise<PublishingProcess> {
  const commands = new RedisConnection({ server: url, role: 'commands' });
  await waitFor('redis', () => commands.ping().then(() => true));
  const events: RuntimeEvent[] = [];
  const observer = { observe: (event: RuntimeEvent) => void events.push(event) };
  const [results, deadLetters] = [new RedisNumberedResultPublisher({ commands }), new RedisDeadLetterPublisher({ commands })];
  const publisher = makeOutboxPublisher({ outbox, results, deadLetters, observer });
  const stopping = new AbortController();
  let relaying: Promise<void> = Promise.resolve();
  return {
    now: publisher.now,
    relay: publisher.relay,
    events,
    relayOn: () => {
      const turn = async (signal: AbortSignal): Promise<void> => {
        if (!(await publisher.relay())) await machineClock.sleep(RELAY_EVERY_MS, signal);
      };
      relaying = runLoop('relay', turn, stopping.signal, { clock: machineClock, observer, maxPauseMs: 200 });
    },
    close: async () => {
      stopping.abort();
      await relaying;
      commands.close();
    },
  };
}

/** Decides results and lets the processes publish them in turn, until `end` is called. */
export function startLoad(
  processes: readonly PublishingProcess[],
  games: readonly string[],
  decide: (game: string) => Promise<OutboxEntry>,
) {
  let isOver = false;
  const lanes = games.map(async (game, n) => {
    for (let turn = n; !isOver; turn += 1) {
      const entry = await decide(game);
      await processes[turn % processes.length]?.now([entry]);
    }
  });
  return {
    end: async () => {
      isOver = true;
      await Promise.all(lanes);
    },
  };
}
