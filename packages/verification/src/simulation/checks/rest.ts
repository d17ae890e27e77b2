import { gamesOf, type Lobby } from '../world/lobby.js';
import type { Processes } from '../world/processes.js';
import type { Requester } from '../world/requester.js';
import type { World } from '../world/world.js';
import type { Containers } from './containers.js';
import type { Published } from './published.js';
import { isIngested } from './safety.js';

/** All parts of one history. */
export interface History {
  readonly world: World;
  readonly containers: Containers;
  readonly processes: Processes;
  readonly lobby: Lobby;
  readonly requester: Requester;
  readonly published: readonly Published[];
  /** How many lost jobs the manager has reported. */
  readonly toldLost: () => bigint;
}

/** Why not all work is done yet; null when it is. */
export function amiss(history: History): string | null {
  const { world, lobby, processes, published, requester } = history;
  const { operations, outbox } = world.database;
  if (lobby.isBusy) return 'jobs are still to be published';
  if (!processes.areUp) return 'a process is not up';
  const unread = lobby.entries.find(({ isLost, entryKey }) => !isLost && !isIngested(world, entryKey));
  if (unread !== undefined) return `${unread.entryId} of ${unread.stream} is not queued`;
  const open = operations.find(({ finishedAt }) => finishedAt === null);
  if (open !== undefined) return `${open.op} ${open.opId} of ${open.gameId} is ${open.status}`;
  const waiting = outbox.find((message) => !message.published);
  if (waiting !== undefined) return `message ${String(waiting.entry.id)} is not marked as published`;
  for (const stream of published) {
    const problem = stream.amiss();
    if (problem !== null) return problem;
  }
  return requester.amiss() ?? untold(history) ?? disagreement(history);
}

// If only trimming lost jobs, and no process was injected into while it reported, then the number of reported losses is right. It
// may be too large when a process could not know whether it had written the loss: it reported, and so may the next process.
function untold({ world: { plan, facts, time }, world, lobby, toldLost }: History): string | null {
  const isClear = !plan.worldInjections.some(({ what }) => LOSSES.includes(what)) && facts.between('process injection', 0, time.ms) === 0;
  const lost = lobby.entries.filter(({ isLost, entryKey }) => isLost && !isIngested(world, entryKey)).length;
  const mayBeTwice = facts.between('unclear correction', 0, time.ms) > 0;
  const isRight = toldLost() === BigInt(lost) || (mayBeTwice && toldLost() > BigInt(lost));
  return isClear && !isRight ? `${lost} jobs were lost, but ${String(toldLost())} were reported` : null;
}

const LOSSES: readonly string[] = ['redis flushed', 'redis fails over', 'redis set back'];

function disagreement({ world: { database, engine, plan } }: History): string | null {
  const { incarnations } = engine.inventory;
  for (const game of gamesOf(plan)) {
    const record = database.records.get(game);
    const status = record?.status ?? 'none';
    const own = incarnations.filter(({ owner }) => owner.gameId === game).map(({ id, state }) => `${id} ${state}`);
    const id = record?.currentContainerId ?? '';
    const wanted: Readonly<Record<string, readonly string[]>> = {
      running: [`${id} running`],
      engine_unreachable: [`${id} exited`],
      stopped: [`${id} exited`],
      removed: [],
      none: [],
    };
    if (wanted[status]?.join() !== own.join()) return `${game} is ${status} ${id}, and there is ${own.join(', ') || 'no container'}`;
  }
  return null;
}
