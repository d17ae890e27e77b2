import { containerName, newRuntimeRecord, RUNTIME_STATUSES, type RuntimeRecord, type RuntimeStatus } from '@galaxy/domain';
import * as fc from 'fast-check';
import { BAD_IMAGES, IMAGE, makeWorld, plantContainer, type World } from './world.test-support.js';

/** One container somebody left behind. */
interface Left {
  readonly state: 'created' | 'running' | 'paused' | 'exited';
  readonly healthy: boolean;
}

/** One game as it may be found: its record may name a container that is there, one that is gone, or (left in a start) none. */
export interface Mess {
  readonly status: RuntimeStatus | 'none';
  readonly names: 'the first' | 'a lost one' | 'none';
  /** The last one bears the game's name, unless somebody else's does. */
  readonly containers: readonly Left[];
  readonly foreign: boolean;
}

const left = fc.record<Left>({ state: fc.constantFrom('created', 'running', 'paused', 'exited'), healthy: fc.boolean() });

/** Any game. */
export const messes: fc.Arbitrary<Mess> = fc.record<Mess>({
  status: fc.constantFrom('none', ...RUNTIME_STATUSES),
  names: fc.constantFrom('the first', 'a lost one', 'none'),
  containers: fc.array(left, { maxLength: 3 }),
  foreign: fc.boolean(),
});

/** The games of a messy world. */
export const MESSY_GAMES = ['a', 'b', 'c'] as const;

/** A world in which nothing agrees. */
export async function makeMess(games: readonly Mess[]): Promise<World> {
  const world = makeWorld();
  for (const [at, mess] of games.entries()) await plantMess(world, MESSY_GAMES[at] ?? '', mess);
  return world;
}

async function plantMess(world: World, gameId: string, { status, names, containers, foreign }: Mess): Promise<void> {
  const ids: string[] = [];
  for (const [at, one] of containers.entries()) {
    const id = await plantLeft(world, gameId, one);
    ids.push(id);
    if (foreign || at < containers.length - 1) world.engine.rename(id, `${containerName(gameId)}-${String(at)}`);
  }
  if (foreign) world.engine.plantForeign(gameId);
  if (status === 'none') return;
  const first = ids[0] ?? 'lost';
  const named = { 'the first': first, 'a lost one': 'lost', none: status === 'starting' ? null : first }[names];
  world.database.records.set(gameId, recordIn(gameId, status, status === 'removed' ? null : named));
}

async function plantLeft(world: World, gameId: string, { state, healthy }: Left): Promise<string> {
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
