import type { ReconcileVerdict, RuntimeJob, RuntimeRecord } from '@galaxy/domain';
import type { DependencyFault } from '@galaxy/ports';
import { describe, expect, it } from 'vitest';
import { makeOutboxPublisher } from '../../publishing/publish-outbox.js';
import { altered, type Call, faultOf, intercept } from '../../test-support/intercept.test-support.js';
import { makeOperationRunner, type RunnerPorts, workOff } from '../../test-support/operation-runner.test-support.js';
import { leaseOf, makeWorldReconciler, passAndAsk, RECONCILE } from '../../test-support/reconciler.test-support.js';
import {
  BAD_IMAGES,
  containersOf,
  decidedResults,
  enqueue,
  entriesOf,
  GAME,
  IMAGE,
  makeWorld,
  OTHER_IMAGE,
  plantContainer,
  plantRuntime,
  recordOf,
  startJob,
  stopJob,
  type World,
} from '../../test-support/world.test-support.js';

/** A job, what it meets, and how it must end whatever happened on the way. */
interface Scenario {
  readonly name: string;
  readonly jobs: readonly RuntimeJob[];
  readonly given: (world: World) => Promise<unknown>;
  /** Per job the code it ends with. */
  readonly codes: readonly string[];
  readonly status: string | null;
  /** The states of the containers that are left. */
  readonly left: readonly string[];
  readonly engine?: (world: World) => Partial<World['engine']>;
}

const nothing = async () => undefined;

const SCENARIOS: readonly Scenario[] = [
  { name: 'a first start', jobs: [startJob()], given: nothing, codes: [''], status: 'running', left: ['running'] },
  {
    name: 'a start that replaces a stopped container',
    jobs: [startJob(OTHER_IMAGE)],
    given: (world) => plantRuntime(world, 'stopped'),
    codes: [''],
    status: 'running',
    left: ['running'],
  },
  {
    name: 'a start that finds an orphan under its name',
    jobs: [startJob()],
    given: (world) => plantContainer(world),
    codes: [''],
    status: 'running',
    left: ['running'],
  },
  {
    name: 'a start that is a replay',
    jobs: [startJob()],
    given: (world) => plantRuntime(world, 'running'),
    codes: ['replay_no_op'],
    status: 'running',
    left: ['running'],
  },
  {
    name: 'a start whose image is not to be had',
    jobs: [startJob(BAD_IMAGES.missing)],
    given: (world) => plantRuntime(world, 'stopped'),
    codes: ['image_pull_failed'],
    status: 'stopped',
    left: ['exited'],
  },
  {
    name: 'a start whose engine exits',
    jobs: [startJob(BAD_IMAGES.exitsEarly)],
    given: (world) => plantRuntime(world, 'stopped'),
    codes: ['container_start_failed'],
    status: 'removed',
    left: [],
  },
  {
    name: 'a first start whose engine is never ready',
    jobs: [startJob(BAD_IMAGES.neverReady)],
    given: nothing,
    codes: ['engine_not_ready'],
    status: 'removed',
    left: [],
  },
  {
    name: 'a start whose create is refused',
    jobs: [startJob()],
    given: (world) => plantRuntime(world, 'stopped'),
    codes: ['container_start_failed'],
    status: 'removed',
    left: [],
    engine: () => ({ create: async () => ({ kind: 'refused', message: 'no' }) }),
  },
  {
    name: 'a start that is overtaken before it begins',
    jobs: [startJob(), stopJob()],
    given: nothing,
    codes: ['start_superseded', 'replay_no_op'],
    status: 'removed',
    left: [],
  },
  {
    name: 'a start that is overtaken in its pull',
    jobs: [startJob('games/engine:slow')],
    given: async (world) => {
      world.engine.addImage('games/engine:slow', { pullTakes: new Promise(() => undefined) });
      await plantRuntime(world, 'stopped');
    },
    codes: ['start_superseded', 'replay_no_op'],
    status: 'stopped',
    left: ['exited'],
    engine: (world) => ({
      ensureImage: async (imageRef, signal) => {
        if (world.database.operations.length === 1) await enqueue(world, stopJob());
        return world.engine.ensureImage(imageRef, signal);
      },
    }),
  },
  {
    name: 'a start that is overtaken while it waits for its engine',
    jobs: [startJob(BAD_IMAGES.neverReady)],
    given: (world) => plantRuntime(world, 'stopped'),
    codes: ['start_superseded', 'replay_no_op'],
    status: 'removed',
    left: [],
    engine: (world) => ({
      start: async (id) => {
        if (world.database.operations.length === 1) await enqueue(world, stopJob());
        return world.engine.start(id);
      },
    }),
  },
  {
    name: 'a stop',
    jobs: [stopJob()],
    given: (world) => plantRuntime(world, 'running'),
    codes: [''],
    status: 'stopped',
    left: ['exited'],
  },
  {
    name: 'a stop that finds the container gone',
    jobs: [stopJob()],
    given: async (world) => world.engine.remove((await plantRuntime(world, 'running')).currentContainerId ?? ''),
    codes: [''],
    status: 'removed',
    left: [],
  },
  {
    name: 'a stop of a start that was left behind',
    jobs: [stopJob()],
    given: async (world) => [await plantRuntime(world, 'starting'), await plantContainer(world)],
    codes: [''],
    status: 'stopped',
    left: ['exited'],
  },
  { name: 'a stop of nothing', jobs: [stopJob()], given: nothing, codes: ['not_found'], status: null, left: [] },
  {
    name: 'a start, a stop and a start',
    jobs: [startJob(), stopJob(), startJob(OTHER_IMAGE)],
    given: nothing,
    codes: ['start_superseded', 'replay_no_op', ''],
    status: 'running',
    left: ['running'],
  },
];

const reconcile = (verdict: ReconcileVerdict): RuntimeJob => ({ kind: 'reconcile', gameId: GAME, verdict, orphans: [], reason: '' });
const idIn = (record: RuntimeRecord) => record.currentContainerId ?? '';

/** Of these nothing is published. */
const RECONCILES: readonly Scenario[] = [
  {
    name: 'an adoption',
    jobs: [reconcile('adopt')],
    given: (world) => plantContainer(world),
    codes: [],
    status: 'running',
    left: ['running'],
  },
  {
    name: 'a probe of a start that was left behind',
    jobs: [reconcile('probe')],
    given: async (world) => [await plantRuntime(world, 'starting'), await plantContainer(world)],
    codes: [],
    status: 'running',
    left: ['running'],
  },
  {
    name: 'a second stop',
    jobs: [reconcile('stop_again')],
    given: async (world) => world.engine.start(idIn(await plantRuntime(world, 'stopped'))),
    codes: [],
    status: 'stopped',
    left: ['exited'],
  },
  {
    name: 'a removal of what was removed before',
    jobs: [reconcile('remove')],
    given: async (world) => [await plantRuntime(world, 'removed'), await plantContainer(world)],
    codes: [],
    status: 'removed',
    left: [],
  },
  {
    name: 'a removal of what a start has left behind',
    jobs: [reconcile('remove')],
    given: async (world) => [await plantRuntime(world, 'starting'), await plantContainer(world, { running: false })],
    codes: [],
    status: 'removed',
    left: [],
  },
  {
    name: 'the loss of a container',
    jobs: [reconcile('mark_removed')],
    given: async (world) => world.engine.remove(idIn(await plantRuntime(world, 'running'))),
    codes: [],
    status: 'removed',
    left: [],
  },
  {
    name: 'the death of an engine, and a start that comes after',
    jobs: [reconcile('mark_unreachable'), startJob()],
    given: async (world) => world.engine.exit(idIn(await plantRuntime(world, 'running')), 1),
    codes: ['conflict'],
    status: 'engine_unreachable',
    left: ['exited'],
  },
];

/** What happens at a call, and whether it took effect before: the process dies, the server does not answer, a bug throws. */
const INJECTIONS = ['the process dies', 'the server does not answer', 'a bug throws'] as const;
type Injection = (typeof INJECTIONS)[number];
const MOMENTS = ['before', 'after'] as const;
type Moment = (typeof MOMENTS)[number];

const SERVERS: Readonly<Record<string, DependencyFault['dependency']>> = {
  journal: 'postgres',
  outbox: 'postgres',
  engine: 'container_engine',
  engineClient: 'game_engine',
  results: 'redis',
};

/** The ports of a process that meets its injection at its `at`-th call. */
function portsWithInjection(world: World, engine: World['engine'], at: number, injection: Injection, moment: Moment) {
  let calls = 0;
  let isDead = false;
  const met = (): boolean => calls >= at;
  const handle = async ({ port, go }: Call): Promise<unknown> => {
    if (isDead) throw new Error('the process is dead');
    calls += 1;
    if (calls !== at) return go();
    if (moment === 'after') await go();
    if (injection === 'the server does not answer')
      throw faultOf(SERVERS[port] ?? 'redis', { effect: moment === 'after' ? 'unknown' : 'not_done' });
    isDead = injection === 'the process dies';
    throw new Error(injection);
  };
  const ports: Partial<RunnerPorts> = {
    journal: intercept('journal', world.journal, handle),
    engine: intercept('engine', engine, handle),
    // The port never throws: a client that cannot reach the engine says so.
    engineClient: world.engineClient,
    outbox: intercept('outbox', world.outbox, handle),
    results: intercept('results', world.results, handle),
  };
  return { ports, met };
}

/** Carries the scenario out, with one injection per process given; returns what is wrong at the end, and how far it came. */
async function play(scenario: Scenario, injections: readonly { at: number; injection: Injection; moment: Moment }[]) {
  const world = makeWorld();
  await scenario.given(world);
  for (const job of scenario.jobs) await enqueue(world, job);
  const engine = altered(world.engine, scenario.engine?.(world) ?? {});
  let met = true;
  for (const { at, injection, moment } of injections) {
    const process = portsWithInjection(world, engine, at, injection, moment);
    const runner = makeOperationRunner(world, process.ports);
    await runner.work().catch(() => undefined);
    runner.die();
    met = process.met();
  }
  await workOff(world, makeOperationRunner(world, { engine }));
  await settleDown(world, engine);
  await makeOutboxPublisher(world).relay();
  return { met, wrong: await problems(world, scenario) };
}

/** What a crash has left behind is found by two passes. */
async function settleDown(world: World, engine: World['engine']): Promise<void> {
  const reconciler = makeWorldReconciler(world);
  const lease = await leaseOf(world);
  for (let passes = 0; passes < 2; passes += 1) {
    await passAndAsk(reconciler, lease);
    await workOff(world, makeOperationRunner(world, { engine }));
    await world.clock.advance(RECONCILE.intervalMs);
  }
}

async function problems(world: World, { codes, status, left }: Scenario): Promise<string[]> {
  const record = recordOf(world);
  const containers = await containersOf(world);
  const found = {
    results: decidedResults(world).map(({ errorCode }) => errorCode),
    published: entriesOf(world, 'runtime:job_results').map((entry) => entry['error_code']),
    status: record?.status ?? null,
    left: containers.map(({ state }) => state),
    isNamed: record === null || record.currentContainerId === (containers[0]?.id ?? null),
  };
  const wanted = { results: codes, published: codes, status, left, isNamed: true };
  return JSON.stringify(found) === JSON.stringify(wanted) ? [] : [JSON.stringify(found)];
}

const MAX_CALLS = 60;

describe.each([...SCENARIOS, ...RECONCILES])('$name', (scenario) => {
  it.each(INJECTIONS.flatMap((injection) => MOMENTS.map((moment) => ({ injection, moment }))))(
    'ends right, once, wherever $injection $moment a call takes effect',
    async ({ injection, moment }) => {
      const wrong: string[] = [];
      let at = 1;
      for (let met = true; met; at += 1) {
        const end = await play(scenario, [{ at, injection, moment }]);
        wrong.push(...end.wrong.map((problem) => `call ${at}: ${problem}`));
        ({ met } = end);
        expect(at).toBeLessThan(MAX_CALLS);
      }
      expect(wrong).toEqual([]);
      expect(at).toBeGreaterThan(3);
    },
  );
});

describe('two processes die one after the other', () => {
  const twice = SCENARIOS.filter(({ name }) => ['a start that replaces a stopped container', 'a stop'].includes(name));

  it.each(twice)('$name ends right, once, wherever they die', async (scenario) => {
    const wrong: string[] = [];
    const injection = 'the process dies';
    for (const moment of MOMENTS) {
      for (let at = 1, met = true; met; at += 1) {
        for (let then = 1; met; then += 1) {
          const end = await play(scenario, [
            { at, injection, moment: 'after' },
            { at: then, injection, moment },
          ]);
          wrong.push(...end.wrong.map((problem) => `calls ${at} and ${then}: ${problem}`));
          ({ met } = end);
        }
        ({ met } = await play(scenario, [{ at, injection, moment: 'after' }]));
      }
    }
    expect(wrong).toEqual([]);
  });
});

it('a process that dies again and again is not tried for ever', async () => {
  const world = makeWorld();
  const before = await plantRuntime(world, 'stopped');
  await enqueue(world, startJob(IMAGE));
  for (let attempt = 1; attempt <= 7; attempt += 1) {
    const runner = makeOperationRunner(world, portsWithInjection(world, world.engine, 3, 'the process dies', 'before').ports);
    await runner.work().catch(() => undefined);
    runner.die();
    await world.clock.advance(20_000);
  }
  await workOff(world);
  expect(decidedResults(world).map(({ errorCode }) => errorCode)).toEqual(['internal_error']);
  expect(recordOf(world)).toMatchObject({ gameId: GAME, status: 'stopped', currentContainerId: before.currentContainerId });
});
