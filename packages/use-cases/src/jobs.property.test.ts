import type { RuntimeRecord } from '@galaxy/domain';
import type { Incarnation } from '@galaxy/ports';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openProcess, SERVERS } from './process.test-support.js';
import { type Call, faultOf } from './stand-between.test-support.js';
import { BAD_IMAGES, containersOf, entriesOf, IMAGE, makeWorld, OTHER_IMAGE, recordOf, type World } from './world.test-support.js';

interface Job {
  readonly game: string;
  /** Null for a stop. */
  readonly image: string | null;
  readonly afterMs: number;
}

/** After `skip` more calls of any port, something goes wrong with one. */
interface Trouble {
  readonly skip: number;
  readonly kind: 'not done' | 'unknown' | 'bug' | 'late' | 'cut off' | 'dies' | 'engine away';
  readonly ms: number;
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
const trouble = fc.record<Trouble>({
  skip: fc.integer({ min: 0, max: 80 }),
  kind: fc.constantFrom('not done', 'unknown', 'bug', 'late', 'cut off', 'dies', 'engine away'),
  ms: fc.integer({ min: 1, max: 30_000 }),
});

const never = () => new Promise<never>(() => undefined);

/** Two processes, of which one that dies is replaced, and the troubles they meet. */
function openService(world: World, troubles: readonly Trouble[]) {
  const left = troubles.map((one) => ({ ...one }));
  const processes: AbortController[] = [];
  const next = (): Trouble | null => {
    const [first] = left;
    if (first === undefined) return null;
    if (first.skip > 0) {
      first.skip -= 1;
      return null;
    }
    return left.shift() ?? null;
  };

  const open = (): void => {
    const alive = new AbortController();
    processes.push(alive);
    let cutOffUntilMs = 0;
    const die = (): Promise<never> => {
      alive.abort();
      void world.clock.sleep(500).then(open);
      return never();
    };
    // A server carries out at once what it carries out; only its reply may be late or lost.
    const meet = async ({ kind, ms }: Trouble, { port, go }: Call): Promise<unknown> => {
      const dependency = SERVERS[port] ?? 'redis';
      if (kind === 'not done') throw faultOf(dependency, { effect: 'not_done' });
      const answer = await go();
      switch (kind) {
        case 'unknown':
          throw faultOf(dependency);
        case 'bug':
          throw new TypeError('a bug');
        case 'late':
          await world.clock.sleep(ms);
          return answer;
        case 'cut off':
          cutOffUntilMs = world.clock.monotonicMs() + ms;
          await world.clock.sleep(ms);
          return answer;
        case 'dies':
          return die();
        case 'engine away':
          world.engine.goAway();
          void world.clock.sleep(ms).then(() => world.engine.comeBack());
          return answer;
      }
    };
    const isGone = (): boolean => alive.signal.aborted;
    const handle = async (call: Call): Promise<unknown> => {
      if (isGone()) return never();
      if (call.port === 'journal' && world.clock.monotonicMs() < cutOffUntilMs) throw faultOf('postgres', { effect: 'not_done' });
      const met = next();
      const answer = await (met === null ? call.go() : meet(met, call));
      return isGone() ? never() : answer;
    };
    openProcess(world, handle, alive.signal);
  };
  open();
  open();
  return {
    stop: () => {
      for (const alive of processes) alive.abort();
      world.engine.comeBack();
    },
  };
}

const bytes = (text: string) => new TextEncoder().encode(text);
const entry = (fields: Record<string, string>) => Object.entries(fields).map(([name, value]) => [bytes(name), bytes(value)] as const);

function publish(world: World, { game, image }: Job): void {
  if (image === null) world.streams.append('runtime:stop_jobs', entry({ game_id: game, reason: 'cancelled' }));
  else world.streams.append('runtime:start_jobs', entry({ game_id: game, image_ref: image }));
}

async function untilQuiet(world: World, jobs: number): Promise<void> {
  const isQuiet = () =>
    world.database.operations.length === jobs &&
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
/** As before; or its former container was removed already; or it has a record now. */
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
      const service = openService(world, troubles);
      for (const one of jobs) {
        await world.clock.advance(one.afterMs);
        publish(world, one);
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
