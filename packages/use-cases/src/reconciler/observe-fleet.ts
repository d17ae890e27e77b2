import { isGameId } from '@galaxy/domain';
import type { ContainerEngine, FleetInventory, GameView, Inspection, ReconcileQueue } from '@galaxy/manager-ports';
import { DependencyFault } from '@galaxy/ports';
import { observeGame } from '../containers/observe-game.js';
import { answers, type ProbeDeps } from '../containers/probe-engine.js';
import { inParallel } from '../lib/in-parallel.js';
import { type Drift, driftOf, findDrift, unnamedGames } from './find-drift.js';

/** What looking takes. */
export interface LookDeps extends ProbeDeps {
  readonly engine: Pick<ContainerEngine, 'find' | 'inspect'>;
  readonly queue: Pick<ReconcileQueue, 'games' | 'lookAt'>;
}

/** What one look at everything found. */
export interface FleetObservation {
  readonly inventory: FleetInventory;
  readonly games: readonly GameView[];
  readonly drifts: readonly Drift[];
}

/** So many calls of engines and containers at a time. */
const AT_ONCE = 16;

/**
 * Looks at all games, given what there is of containers: the list comes first, so that a game it shows is asked about. Says
 * nothing of a game whose container hangs.
 */
export async function observeAll(inventory: FleetInventory, { engine, queue }: LookDeps): Promise<FleetObservation> {
  const named = new Set(inventory.incarnations.map(({ owner }) => owner.gameId).filter(isGameId));
  const games = await queue.games([...named]);
  const unnamed = unnamedGames({ games, inventory });
  const inspections = await inParallel(unnamed, AT_ONCE, (gameId) => unlessSilent(() => engine.find(gameId)));
  const hung = new Set(unnamed.filter((_, at) => inspections[at] instanceof DependencyFault));
  const bearers = inspections.map((inspection, at) => [unnamed[at] ?? '', bearerIn(inspection)] as const);
  const clear = games.filter(({ gameId }) => !hung.has(gameId));
  return { inventory, games, drifts: findDrift({ games: clear, inventory, bearers: new Map(bearers) }) };
}

/**
 * Looks at single games and the containers that count for them; other containers are not looked for. Leaves out games whose
 * container hangs.
 * @throws DependencyFault when the container engine answers about none of them.
 */
export async function observeSome(gameIds: readonly string[], { engine, queue }: LookDeps): Promise<Drift[]> {
  const views = await queue.lookAt(gameIds.filter(isGameId));
  const closed = views.filter(({ open }) => !open);
  const found = await inParallel(closed, AT_ONCE, (view) => unlessSilent(() => driftNow(view, engine)));
  const [fault, ...faults] = found.filter((one) => one instanceof DependencyFault);
  if (fault !== undefined && faults.length + 1 === found.length) throw fault;
  return found.filter(isDrift);
}

async function driftNow(view: GameView, engine: LookDeps['engine']): Promise<Drift | null> {
  const seen = await observeGame(engine, view);
  return seen.kind === 'unclear' ? null : driftOf(view, { state: seen.state, containerId: seen.container?.id ?? null }, []);
}

/** Parts the drifts whose only matter is an engine that is known not to answer: nothing is new about them until it does. */
export function partSilent(drifts: readonly Drift[]): { readonly silent: readonly Drift[]; readonly others: readonly Drift[] } {
  const isSilent = ({ verdict, status, orphans }: Drift) => verdict === 'probe' && status === 'engine_unreachable' && orphans.length === 0;
  return { silent: drifts.filter(isSilent), others: drifts.filter((drift) => !isSilent(drift)) };
}

/** Of silent engines, those that answer again. One whose container hangs does not. Once the signal has aborted, no more are asked. */
export async function thatAnswer(silent: readonly Drift[], deps: LookDeps, signal?: AbortSignal): Promise<Drift[]> {
  const answering = await inParallel(silent, AT_ONCE, (drift) =>
    unlessSilent(async () => (signal?.aborted !== true && (await isAnswering(drift, deps)) ? drift : null)),
  );
  return answering.filter(isDrift);
}

async function isAnswering({ containerId }: Drift, deps: LookDeps): Promise<boolean> {
  if (containerId === null) return false;
  const inspection = await deps.engine.inspect(containerId);
  return inspection.kind === 'ours' && answers(deps.engine, inspection.incarnation, deps);
}

// The container engine may be silent about a single container, for as long as that one hangs: it must not hide the others.
async function unlessSilent<T>(ask: () => Promise<T>): Promise<T | DependencyFault> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof DependencyFault && error.dependency === 'container_engine') return error;
    throw error;
  }
}

const isDrift = (found: Drift | DependencyFault | null): found is Drift => found !== null && !(found instanceof DependencyFault);
const bearerIn = (found: Inspection | DependencyFault) => ('kind' in found && found.kind === 'ours' ? found.incarnation.id : null);
