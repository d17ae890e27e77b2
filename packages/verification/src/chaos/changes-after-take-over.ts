import type { ContainerLife } from '@galaxy/fake-docker';
import type { RtmanagerProcess } from '../harness/rtmanager-process.js';
import type { TappedChange } from './docker-tap.js';

/** The changes that one replica made to containers, and all its processes. */
export interface Observed {
  readonly processes: readonly RtmanagerProcess[];
  readonly changes: readonly TappedChange[];
}

interface ClaimLine {
  readonly at: number;
  readonly replica: number;
  readonly told: string;
}

/**
 * Every change to a game's container that began after another replica had claimed an operation of that game. The replica that made
 * the change had lost its own claim by then. Claims come from the logs, changes from the tap of each replica.
 */
export function changesAfterTakeOver(replicas: readonly Observed[], lives: readonly ContainerLife[]): readonly string[] {
  const gameOf = new Map(lives.map(({ id, gameId }) => [id, gameId]));
  const claims = claimsByGame(replicas);
  return replicas.flatMap(({ changes }, replica) =>
    changes.flatMap((change) => {
      const game = gameNamedBy(change.path) ?? gameOf.get(idIn(change.path)) ?? null;
      const latest = game === null ? undefined : claims.get(game)?.findLast(({ at }) => at < change.connectedAt);
      if (latest === undefined || latest.replica === replica) return [];
      return [`replica ${replica} began ${change.method} ${change.path} of ${String(game)} at ${change.connectedAt}, after ${latest.told}`];
    }),
  );
}

function claimsByGame(replicas: readonly Observed[]): ReadonlyMap<string, readonly ClaimLine[]> {
  const claims = new Map<string, ClaimLine[]>();
  for (const [replica, { processes }] of replicas.entries())
    for (const { event, time, game_id: game, op_id: op, attempt } of processes.flatMap(({ log }) => log)) {
      if (event !== 'operation_claimed') continue;
      const told = `replica ${replica} had claimed attempt ${String(attempt)} of ${String(op)} at ${String(time)}`;
      claims.set(String(game), [...(claims.get(String(game)) ?? []), { at: Date.parse(String(time)), replica, told }]);
    }
  for (const lines of claims.values()) lines.sort((a, b) => a.at - b.at);
  return claims;
}

const gameNamedBy = (path: string): string | null => /^\/containers\/create\?(?:.*&)?name=galaxy-game-([a-z0-9-]+)/.exec(path)?.[1] ?? null;
const idIn = (path: string): string => /^\/containers\/([0-9a-f]{64})/.exec(path)?.[1] ?? '';
