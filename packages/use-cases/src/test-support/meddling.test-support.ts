import fc from 'fast-check';
import { altered, type Call } from './intercept.test-support.js';
import { IMAGE, OTHER_IMAGE, plantContainer, publishJob, type World } from './world.test-support.js';

type Act = (world: World, game: string, containerId: string) => unknown;

/** What happens to a game: a job, or something nobody asked the manager for. */
const ACTS = {
  start: (world, game) => publishJob(world, game, IMAGE),
  'start another image': (world, game) => publishJob(world, game, OTHER_IMAGE),
  stop: (world, game) => publishJob(world, game, null),
  'the engine exits': ({ engine }, _, id) => engine.exit(id, 1),
  'the container is removed by hand': ({ engine }, _, id) => engine.remove(id),
  'the container is started by hand': ({ engine }, _, id) => engine.start(id),
  'the container is frozen': ({ engine }, _, id) => engine.pause(id),
  'the container is renamed': ({ engine }, _, id) => engine.rename(id, `renamed-${id}`),
  'a late call creates a container': (world, gameId) => plantContainer(world, { gameId }),
  'somebody else takes the name': async ({ engine }, game) => {
    if ((await engine.find(game)).kind === 'absent') engine.plantForeign(game);
  },
  'the record is lost': (world, game) => {
    if (!hasOpen(world, game)) world.database.records.delete(game);
  },
} as const satisfies Record<string, Act>;

const JOBS = ['start', 'start another image', 'stop'] as const;

/** How many of them are jobs. */
export const countJobs = (meddlings: readonly Meddling[]): number =>
  meddlings.filter(({ what }) => JOBS.some((job) => job === what)).length;

const ANYTHING = Object.keys(ACTS) as (keyof typeof ACTS)[];

/** Something that happens to a game, some time after what happened before. */
export interface Meddling {
  readonly game: string;
  readonly what: keyof typeof ACTS;
  readonly afterMs: number;
}

/** Any meddling with these games. */
export const meddlingWith = (games: readonly string[]): fc.Arbitrary<Meddling> =>
  fc.record<Meddling>({
    game: fc.constantFrom(...games),
    what: fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...JOBS) }, { weight: 3, arbitrary: fc.constantFrom(...ANYTHING) }),
    afterMs: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 9000 })),
  });

/** Lets it happen at once; nothing happens by hand while the engine is away, nor under a name that is taken. */
export async function meddle(world: World, { game, what }: Pick<Meddling, 'game' | 'what'>): Promise<void> {
  const container = world.engine.inventory.incarnations.find(({ owner }) => owner.gameId === game);
  const act: Act = ACTS[what];
  try {
    await act(world, game, container?.id ?? 'none');
  } catch (error) {
    if (JOBS.some((job) => job === what)) throw error;
  }
}

/** Whether an operation of the game is open. */
export function hasOpen(world: World, game?: string): boolean {
  return world.database.operations.some(({ gameId, finishedAt }) => finishedAt === null && (game === undefined || gameId === game));
}

/** A handler that passes every call on, and tells of each that ends a container that is not ours, or that of a game that runs although no stop of it is under way. */
export function guarding(world: World, handle: (call: Call) => Promise<unknown>, wrong: string[]): (call: Call) => Promise<unknown> {
  const check = ({ method, args: [id] }: Call): void => {
    if (world.engine.inventory.foreign.some((one) => one.id === id)) wrong.push(`${method} of a container that is not ours`);
    const record = [...world.database.records.values()].find(({ currentContainerId }) => currentContainerId === id);
    if (record === undefined || ['starting', 'stopped', 'removed'].includes(record.status)) return;
    const isStopping = world.database.operations.some(
      ({ gameId, op, status }) => gameId === record.gameId && op === 'stop' && status === 'running',
    );
    if (!isStopping) wrong.push(`${method} of ${record.gameId}, which is ${record.status}`);
  };
  return (call) => {
    if (call.port !== 'engine' || !['stop', 'kill', 'remove'].includes(call.method)) return handle(call);
    return handle(
      altered(call, {
        go: async () => {
          check(call);
          return call.go();
        },
      }),
    );
  };
}
