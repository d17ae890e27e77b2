import { isGameId } from '@galaxy/domain';
import type { ContainerEngine, FleetInventory, GameView, Inspection, ReconcileQueue, StoppedPage } from '@galaxy/manager-ports';
import { DependencyFault } from '@galaxy/ports';
import { observeGame } from '../containers/observe-game.js';
import { answers, type ProbeDeps } from '../containers/probe-engine.js';
import { inParallel } from '../lib/in-parallel.js';
import { type Drift, driftOf, findDrift, unnamedGames } from './find-drift.js';
import { endOfPage, exitedIn, livelyIn } from './stopped-pages.js';

export interface LookDeps extends ProbeDeps {
  readonly engine: Pick<ContainerEngine, 'find' | 'inspect'>;
  readonly queue: Pick<ReconcileQueue, 'games' | 'lookAt'>;
}

/** What one observation of the fleet found. */
export interface FleetObservation {
  readonly inventory: FleetInventory;
  readonly games: readonly GameView[];
  readonly drifts: readonly Drift[];
  /** The stopped game after which the next page begins. */
  readonly endOfPage: string;
}

/** Which games are observed besides those that have, or should have, a container that has not exited. */
export interface Rest {
  readonly stopped: StoppedPage;
  /** Games whose drift was seen before. */
  readonly remembered: readonly string[];
}

/** At most this many inspections or probes at a time. */
const AT_ONCE = 16;

/**
 * Observes all games, but of those that are at rest, with a stopped record or an exited container, only a page. The inventory must
 * have been read before the call: then no game with a container is missing from the records that are read here. Leaves out games
 * whose container hangs.
 */
export async function observeAll(
  inventory: FleetInventory,
  { stopped, remembered }: Rest,
  { engine, queue }: LookDeps,
): Promise<FleetObservation> {
  const exited = exitedIn(stopped, inventory.incarnations);
  const named = new Set([...livelyIn(inventory.incarnations), ...exited, ...remembered]);
  const games = await queue.games([...named], stopped);
  const unnamed = unnamedGames({ games, inventory });
  const inspections = await inParallel(unnamed, AT_ONCE, (gameId) => unlessSilent(() => engine.find(gameId)));
  const hung = new Set(unnamed.filter((_, at) => inspections[at] instanceof DependencyFault));
  const bearers = inspections.map((inspection, at) => [unnamed[at] ?? '', bearerIn(inspection)] as const);
  const clear = games.filter(({ gameId }) => !hung.has(gameId));
  const drifts = findDrift({ games: clear, inventory, bearers: new Map(bearers) });
  return { inventory, games, drifts, endOfPage: endOfPage(stopped, games, exited) };
}

/**
 * Observes single games and their current containers; does not look for orphans. Leaves out games whose container hangs.
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

/** Separates the drifts that only say that an engine is known not to answer: nothing changes for them until it answers again. */
export function partSilent(drifts: readonly Drift[]): { readonly silent: readonly Drift[]; readonly others: readonly Drift[] } {
  const isSilent = ({ verdict, status, orphans }: Drift) => verdict === 'probe' && status === 'engine_unreachable' && orphans.length === 0;
  return { silent: drifts.filter(isSilent), others: drifts.filter((drift) => !isSilent(drift)) };
}

/** Returns those silent engines that answer again; one whose container hangs does not. Stops asking when the signal aborts. */
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

// Docker may not answer about a single container while that one hangs. That must not stop the observation of the others.
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
