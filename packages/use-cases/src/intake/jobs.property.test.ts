import type { RuntimeRecord } from '@galaxy/domain';
import type { Incarnation } from '@galaxy/manager-ports';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openProcess } from '../test-support/process.test-support.js';
import { openTroubled, trouble } from '../test-support/troubles.test-support.js';
import {
  BAD_IMAGES,
  containersOf,
  entriesOf,
  IMAGE,
  makeWorld,
  OTHER_IMAGE,
  publishJob,
  recordOf,
  type World,
} from '../test-support/world.test-support.js';

interface Job {
  readonly game: string;
  /** Null for a stop. */
  readonly image: string | null;
  readonly afterMs: number;
}

const GAMES = ['a', 'b', 'c'] as const;
const REFUSED_IMAGE = 'evil/engine:1';
const job = fc.record<Job>({
  game: fc.constantFrom(...GAMES),
  image: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(IMAGE, OTHER_IMAGE) },
    { weight: 2, arbitrary: fc.constantFrom(...Object.values(BAD_IMAGES), REFUSED_IMAGE) },
    { weight: 4, arbitrary: fc.constant(null) },
  ),
  afterMs: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 9000 })),
});
async function untilQuiet(world: World, jobs: number): Promise<void> {
  const isQuiet = () =>
    world.database.operations.filter(({ source }) => source === 'lobby').length === jobs &&
    world.database.operations.every(({ finishedAt }) => finishedAt !== null) &&
    world.database.outbox.every(({ published }) => published);
  for (let waits = 0; !isQuiet(); waits += 1) {
    expect(waits, 'the service does not come to rest').toBeLessThan(600);
    await world.clock.advance(1000);
  }
}

/** What a game may be, told by its results alone: its status, and its image while it runs. */
type State = `running ${string}` | 'stopped' | 'removed' | 'none';

const isUp = (state: State) => state.startsWith('running');
const runs = (state: State, image: string) => state === `running ${image}`;
/** As before; or its previous container was removed already; or it has a record now. */
const undone = (state: State): State[] => (state === 'none' ? ['removed'] : [state, 'removed']);
const startOf = (fits: (image: string) => boolean, after: (state: State, image: string) => State[]) => (state: State, image: string) =>
  !isUp(state) && fits(image) ? after(state, image) : [];

/** Per code of a start's result the states that may follow; none where the code makes no sense. */
const AFTER_START: Readonly<Record<string, (state: State, image: string) => State[]>> = {
  '': startOf(
    (image) => image === IMAGE || image === OTHER_IMAGE,
    (_, image) => [`running ${image}`],
  ),
  replay_no_op: (state, image) => (runs(state, image) ? [state] : []),
  conflict: (state, image) => (isUp(state) && !runs(state, image) ? [state] : []),
  start_config_invalid: startOf(
    (image) => image === REFUSED_IMAGE,
    (state) => [state],
  ),
  start_superseded: startOf((image) => image !== REFUSED_IMAGE, undone),
  image_pull_failed: startOf((image) => image === BAD_IMAGES.missing, undone),
  engine_not_ready: startOf(
    (image) => image === BAD_IMAGES.neverReady,
    () => ['removed'],
  ),
  container_start_failed: startOf(
    (image) => image === BAD_IMAGES.exitsEarly || image === BAD_IMAGES.refusesStart,
    () => ['removed'],
  ),
};

/** The same for a stop. No container ends by itself here, so that it finds one. */
const AFTER_STOP: Readonly<Record<string, (state: State) => State[]>> = {
  '': (state) => (isUp(state) ? ['stopped'] : []),
  not_found: (state) => (state === 'none' ? [state] : []),
  replay_no_op: (state) => (state === 'stopped' || state === 'removed' ? [state] : []),
};

function statesAfter(jobs: readonly Job[], codes: readonly string[]): State[] {
  let states: State[] = ['none'];
  for (const [index, { image }] of jobs.entries()) {
    const code = codes[index] ?? 'no result';
    states = states.flatMap((state) => (image === null ? AFTER_STOP[code]?.(state) : AFTER_START[code]?.(state, image)) ?? []);
    expect(states, `${code} of ${image ?? 'a stop'} is no result of job ${index}`).not.toEqual([]);
    if (code === 'start_superseded') expect(jobs.slice(index + 1).some((later) => later.image === null)).toBe(true);
  }
  return states;
}

function assertConsistent(record: RuntimeRecord | null, containers: readonly Incarnation[]): void {
  const seen = containers.map(({ id, state }) => `${id} ${state}`);
  const id = record?.currentContainerId ?? '';
  const wanted: Readonly<Record<string, string[]>> = { running: [`${id} running`], stopped: [`${id} exited`], removed: [], none: [] };
  expect(seen).toEqual(wanted[record?.status ?? 'none']);
}

it('every job has exactly one result, in order per game, whatever goes wrong on the way', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(job, { minLength: 1, maxLength: 12 }), fc.array(trouble, { maxLength: 5 }), async (jobs, troubles) => {
      const world = makeWorld();
      const service = openTroubled(world, troubles, openProcess);
      for (const one of jobs) {
        await world.clock.advance(one.afterMs);
        publishJob(world, one.game, one.image);
      }
      await untilQuiet(world, jobs.length);
      service.stop();

      const entries = entriesOf(world, 'runtime:job_results');
      expect(entries).toHaveLength(jobs.length);
      const containers = await containersOf(world);
      for (const game of GAMES) {
        const own = jobs.filter((one) => one.game === game);
        const codes = entries.filter((one) => one['game_id'] === game).map((one) => one['error_code'] ?? '');
        const record = recordOf(world, game);
        const status = record === null ? 'none' : record.status;
        expect(statesAfter(own, codes)).toContain(status === 'running' ? `running ${record?.currentImageRef ?? ''}` : status);
        assertConsistent(
          record,
          containers.filter(({ owner }) => owner.gameId === game),
        );
      }
    }),
    { numRuns: 400 },
  );
}, 60_000);
