import { containerName, newRuntimeRecord, RUNTIME_STATUSES, type RuntimeRecord, type RuntimeStatus } from '@galaxy/domain';
import * as fc from 'fast-check';
import { BAD_IMAGES, IMAGE, makeWorld, plantContainer, type World } from './world.test-support.js';

/** One container that is there already. */
interface Planted {
  readonly state: 'created' | 'running' | 'paused' | 'exited';
  readonly healthy: boolean;
}

/** One game whose record and containers need not agree: the record may name a container that is there, one that is gone, or (in a start that was not finished) none. */
export interface InjectedGame {
  readonly status: RuntimeStatus | 'none';
  readonly names: 'the first' | 'a lost one' | 'none';
  /** The last one bears the game's name, unless a foreign one does. */
  readonly containers: readonly Planted[];
  readonly foreign: boolean;
}

const planted = fc.record<Planted>({ state: fc.constantFrom('created', 'running', 'paused', 'exited'), healthy: fc.boolean() });

/** Any such game. */
export const injectedGames: fc.Arbitrary<InjectedGame> = fc.record<InjectedGame>({
  status: fc.constantFrom('none', ...RUNTIME_STATUSES),
  names: fc.constantFrom('the first', 'a lost one', 'none'),
  containers: fc.array(planted, { maxLength: 3 }),
  foreign: fc.boolean(),
});

/** The names of the games. */
export const INJECTED_GAMES = ['a', 'b', 'c'] as const;

/** Makes a world with these games. */
export async function makeInjectedWorld(games: readonly InjectedGame[]): Promise<World> {
  const world = makeWorld();
  for (const [at, game] of games.entries()) await plantGame(world, INJECTED_GAMES[at] ?? '', game);
  return world;
}

async function plantGame(world: World, gameId: string, { status, names, containers, foreign }: InjectedGame): Promise<void> {
  const ids: string[] = [];
  for (const [at, one] of containers.entries()) {
    const id = await plantState(world, gameId, one);
    ids.push(id);
    if (foreign || at < containers.length - 1) world.engine.rename(id, `${containerName(gameId)}-${String(at)}`);
  }
  if (foreign) world.engine.plantForeign(gameId);
  if (status === 'none') return;
  const first = ids[0] ?? 'lost';
  const named = { 'the first': first, 'a lost one': 'lost', none: status === 'starting' ? null : first }[names];
  world.database.records.set(gameId, recordIn(gameId, status, status === 'removed' ? null : named));
}

async function plantState(world: World, gameId: string, { state, healthy }: Planted): Promise<string> {
  const imageRef = healthy ? IMAGE : BAD_IMAGES.neverReady;
  if (state === 'created') {
    await world.engine.ensureImage(imageRef, new AbortController().signal);
    const created = await world.engine.create({ gameId, opId: 'an-earlier-operation', attempt: 1, imageRef });
    if (created.kind !== 'created') throw new Error('the name is taken');
    return created.id;
  }
  const id = await plantContainer(world, { gameId, imageRef });
  if (state === 'paused') world.engine.pause(id);
  if (state === 'exited') world.engine.exit(id, 1);
  return id;
}

function recordIn(gameId: string, status: RuntimeStatus, currentContainerId: string | null): RuntimeRecord {
  const now = new Date('2025-12-31T00:00:00Z');
  return { ...newRuntimeRecord({ gameId, imageRef: IMAGE, status: 'starting', now }), status, currentContainerId };
}

/** What is not in order about a game, in words; nothing when record and containers agree. */
export async function disorderOf(world: World, gameId: string): Promise<string[]> {
  const record = world.database.records.get(gameId) ?? null;
  const containers = world.engine.inventory.incarnations.filter(({ owner }) => owner.gameId === gameId);
  const bearer = await world.engine.find(gameId);
  const bearerId = bearer.kind === 'ours' ? bearer.incarnation.id : null;
  const own = containers.find(({ id }) => id === (record?.currentContainerId ?? bearerId));
  const orphans = containers.filter((one) => one !== own).map(({ id, state }) => `${state} orphan ${id}`);
  const state = own?.state ?? 'absent';
  return FITTING[record?.status ?? 'none'].includes(state) ? orphans : [...orphans, `${record?.status ?? 'none'} but ${state}`];
}

// Written by hand, apart from the code's table: the states of its container that go with a status.
const FITTING: Readonly<Record<RuntimeStatus | 'none', readonly string[]>> = {
  none: ['absent'],
  starting: ['paused'],
  running: ['running', 'paused'],
  generation_in_progress: ['paused'],
  generation_failed: ['running', 'paused'],
  engine_unreachable: ['created', 'exited', 'running', 'paused'],
  finished: ['running', 'paused'],
  stopped: ['created', 'exited'],
  removed: ['absent'],
};
