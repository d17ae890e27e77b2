import { isGameId } from '@galaxy/domain';
import type { ContainerEngine, FleetInventory, GameView, ReconcileQueue } from '@galaxy/ports';
import { type Drift, driftOf, findDrift, unnamedGames } from './find-drift.js';
import { inParallel } from './in-parallel.js';
import { lookAtGame } from './look-at-game.js';
import { answers, type ProbeDeps } from './probe-engine.js';

/** What looking takes. */
export interface LookDeps extends ProbeDeps {
  readonly engine: Pick<ContainerEngine, 'find' | 'inspect'>;
  readonly queue: Pick<ReconcileQueue, 'games' | 'lookAt'>;
}

/** What one look at everything found. */
export interface FleetSight {
  readonly inventory: FleetInventory;
  readonly games: readonly GameView[];
  readonly drifts: readonly Drift[];
}

/** So many calls of engines and containers at a time. */
const AT_ONCE = 16;

/** Looks at all games, given what there is of containers: the list comes first, so that a game it shows is asked about. */
export async function lookAtAll(inventory: FleetInventory, { engine, queue }: LookDeps): Promise<FleetSight> {
  const named = new Set(inventory.incarnations.map(({ owner }) => owner.gameId).filter(isGameId));
  const games = await queue.games([...named]);
  const bearers = await inParallel(unnamedGames({ games, inventory }), AT_ONCE, async (gameId) => {
    const sighting = await engine.find(gameId);
    return [gameId, sighting.kind === 'ours' ? sighting.incarnation.id : null] as const;
  });
  return { inventory, games, drifts: findDrift({ games, inventory, bearers: new Map(bearers) }) };
}

/** Looks at single games and the containers that count for them; other containers are not looked for. */
export async function lookAtSome(gameIds: readonly string[], { engine, queue }: LookDeps): Promise<Drift[]> {
  const views = await queue.lookAt(gameIds.filter(isGameId));
  const closed = views.filter(({ open }) => !open);
  const found = await inParallel(closed, AT_ONCE, async (view) => {
    const seen = await lookAtGame(engine, view);
    return seen.kind === 'unclear' ? null : driftOf(view, { sight: seen.sight, containerId: seen.container?.id ?? null }, []);
  });
  return found.filter((drift) => drift !== null);
}

/** Parts the drifts whose only matter is an engine that is known not to answer: nothing is new about them until it does. */
export function partSilent(drifts: readonly Drift[]): { readonly silent: readonly Drift[]; readonly others: readonly Drift[] } {
  const isSilent = ({ verdict, status, strays }: Drift) => verdict === 'probe' && status === 'engine_unreachable' && strays.length === 0;
  return { silent: drifts.filter(isSilent), others: drifts.filter((drift) => !isSilent(drift)) };
}

/** Of silent engines, those that answer again. */
export async function thatAnswer(silent: readonly Drift[], deps: LookDeps): Promise<Drift[]> {
  const answering = await inParallel(silent, AT_ONCE, async (drift) => {
    if (drift.containerId === null) return null;
    const sighting = await deps.engine.inspect(drift.containerId);
    return sighting.kind === 'ours' && (await answers(deps.engine, sighting.incarnation, deps)) ? drift : null;
  });
  return answering.filter((drift) => drift !== null);
}
