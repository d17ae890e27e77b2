import type { ObservedState, ReconcileJob, ReconcileVerdict, RuntimeStatus } from '@galaxy/domain';
import { decideReconcile, isDestructive, isGameId } from '@galaxy/domain';
import type { FleetInventory, GameView, ListedIncarnation } from '@galaxy/manager-ports';
import { observedStateOf } from '../containers/observe-game.js';

/** A difference between a game's record and its containers. */
export interface Drift {
  readonly gameId: string;
  readonly status: RuntimeStatus | 'none';
  readonly verdict: ReconcileVerdict;
  /** The game's current container; null when there is none. */
  readonly containerId: string | null;
  /** Other containers of the game, in the order of their ids. */
  readonly orphans: readonly string[];
  /** What was seen, for logs and reports. */
  readonly reason: string;
}

/** Everything one pass has read. `bearers`: for the games of {@link unnamedGames}, the id of the container with the game's name. */
export interface Look {
  readonly games: readonly GameView[];
  readonly inventory: Pick<FleetInventory, 'incarnations' | 'foreign'>;
  readonly bearers: ReadonlyMap<string, string | null>;
}

/** Whether the act on this drift is destructive: it ends or removes a container, or takes it out of its record. */
export function endsSomething({ verdict, orphans }: Pick<Drift, 'verdict' | 'orphans'>): boolean {
  return isDestructive(verdict) || orphans.length > 0;
}

/** Games that have containers although their record names none: the current container is the one with the game's container name. */
export function unnamedGames({ games, inventory }: Omit<Look, 'bearers'>): string[] {
  const listed = byGame(inventory.incarnations);
  return games
    .filter(({ gameId, record, open }) => !open && (record?.currentContainerId ?? null) === null && listed.has(gameId))
    .map(({ gameId }) => gameId);
}

/**
 * Finds all differences between records and containers. Never throws. Leaves out games that have an open operation, games whose
 * container is being removed or is not ours, and every container that is not ours.
 */
export function findDrift({ games, inventory, bearers }: Look): Drift[] {
  const listed = byGame(inventory.incarnations);
  const foreign = new Set(inventory.foreign.map(({ id }) => id));
  const closed = games.filter(({ open }) => !open);
  return closed.flatMap((game) => {
    const containerId = game.record?.currentContainerId ?? bearers.get(game.gameId) ?? null;
    if (containerId !== null && foreign.has(containerId)) return [];
    return driftAmong(game, containerId, listed.get(game.gameId) ?? []) ?? [];
  });
}

function driftAmong(game: GameView, containerId: string | null, containers: readonly ListedIncarnation[]): Drift | null {
  const counts = containers.find(({ id }) => id === containerId);
  const state = counts === undefined ? 'absent' : observedStateOf(counts.state);
  if (state === null) return null;
  const orphans = containers.filter((one) => one !== counts && one.state !== 'removing').map(({ id }) => id);
  return driftOf(game, { state, containerId }, orphans.sort());
}

/** The drift of one game; null when its record and its container agree and there are no orphans. */
export function driftOf(
  { gameId, record }: Pick<GameView, 'gameId' | 'record'>,
  { state, containerId }: { readonly state: ObservedState; readonly containerId: string | null },
  orphans: readonly string[],
): Drift | null {
  const verdict = decideReconcile(record, state);
  if (verdict === 'leave' && orphans.length === 0) return null;
  const status = record?.status ?? 'none';
  return { gameId, status, verdict, containerId, orphans, reason: reasonOf(status, state, orphans) };
}

/** The reconcile job that acts on this drift. */
export function jobOf({ gameId, verdict, orphans, reason }: Drift): ReconcileJob {
  return { kind: 'reconcile', gameId, verdict, orphans, reason };
}

function reasonOf(status: string, state: ObservedState, orphans: readonly string[]): string {
  const besides = orphans.length === 0 ? '' : `; besides it: ${orphans.map((id) => id.slice(0, 12)).join(', ')}`;
  return `record ${status}, container ${state}${besides}`;
}

function byGame(incarnations: readonly ListedIncarnation[]): ReadonlyMap<string, ListedIncarnation[]> {
  const games = new Map<string, ListedIncarnation[]>();
  for (const incarnation of incarnations) {
    const { gameId } = incarnation.owner;
    if (isGameId(gameId)) games.set(gameId, [...(games.get(gameId) ?? []), incarnation]);
  }
  return games;
}
