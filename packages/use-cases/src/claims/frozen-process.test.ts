import type { RuntimeJob } from '@galaxy/domain';
import type { Claim } from '@galaxy/manager-ports';
import { describe, expect, it } from 'vitest';
import { SAFETY_MS } from '../manager/timings.js';
import { type Call, intercept } from '../test-support/intercept.test-support.js';
import { isQuiet, type ManagerProcess, openManager, runUntil } from '../test-support/manager-fixture.test-support.js';
import { makeOperationRunner, TTL_MS } from '../test-support/operation-runner.test-support.js';
import { gatedClock, makeGate } from '../test-support/process-gate.test-support.js';
import {
  containersOf,
  decidedResults,
  enqueue,
  GAME,
  makeWorld,
  OTHER_IMAGE,
  operationOf,
  plantRuntime,
  startJob,
  stopJob,
  type World,
} from '../test-support/world.test-support.js';

/** A process that did not run for longer lets its claims go. */
const LIMIT_MS = TTL_MS - SAFETY_MS;
const CALL_MS = 700;
const ENGINE_CHANGES = ['create', 'start', 'stop', 'kill', 'remove'];
/** The calls of the journal for an operation that is under way. */
const FENCED = ['renew', 'advance', 'finish'];

type OnCall = (call: Call) => Promise<unknown>;
type FreezingProcess = Pick<ManagerProcess, 'freeze' | 'thaw' | 'kill' | 'isFrozen'>;

/** The manager, and its operations with nothing but the fence: what runs first after a freeze must not matter. */
const PROCESSES = {
  'a manager': (world: World, onCall: OnCall): FreezingProcess => openManager(world, { settings: { claimTtlMs: TTL_MS }, onCall }),
  'a runner without a stall guard': openRunner,
} as const;

function openRunner(world: World, onCall: OnCall): FreezingProcess {
  const gate = makeGate();
  const port = <T extends object>(name: string, target: T): T => intercept(name, target, (call) => gate.call(() => onCall(call)));
  const runner = makeOperationRunner(world, {
    clock: gatedClock(world, gate),
    journal: port('journal', world.journal),
    engine: port('engine', world.engine),
    engineClient: port('engineClient', world.engineClient),
  });
  const runOne = async (): Promise<void> => {
    const held = await runner.claim();
    if (held !== null) await runner.run(held);
  };
  void runOne();
  return gate;
}

interface Freezing {
  readonly hasFrozen: boolean;
  /** Changes of containers without a claim. */
  readonly violations: readonly string[];
  /** Lets it go on until it has nothing more to do. */
  readonly thaw: () => Promise<void>;
}

/** Opens a process that freezes at the answer to the n-th call about its operations. Returns when it is frozen, or has done all. */
async function openFreezing(world: World, kind: keyof typeof PROCESSES, freezeAtStep: number): Promise<Freezing> {
  const violations: string[] = [];
  const claims: Claim[] = [];
  let steps = 0;
  const isClaimed = (): boolean =>
    claims.some(({ opId, attempt }) => operationOf(world, opId).status === 'running' && operationOf(world, opId).attempt === attempt);
  const process = PROCESSES[kind](world, async ({ port, method, go }) => {
    if (port === 'engine' && ENGINE_CHANGES.includes(method) && !isClaimed()) violations.push(method);
    // So long that renewals are under way between the steps.
    if (port === 'engine') await world.clock.sleep(CALL_MS);
    try {
      const answer = await go();
      if (port === 'journal' && method === 'claim') claims.push(...(answer as Claim[]));
      return answer;
    } finally {
      if (isStep(port, method)) steps += 1;
      if (isStep(port, method) && steps === freezeAtStep) process.freeze();
    }
  });
  await runUntil(world, () => process.isFrozen() || isQuiet(world));
  return {
    hasFrozen: process.isFrozen(),
    violations,
    thaw: async () => {
      process.thaw();
      await world.clock.advance(TTL_MS);
      process.kill();
    },
  };
}

const isStep = (port: string, method: string) =>
  port === 'engine' || port === 'engineClient' || (port === 'journal' && FENCED.includes(method));

/** Lets another process do all there is to do. */
async function workOffElsewhere(world: World): Promise<void> {
  const other = openManager(world, { settings: { claimTtlMs: TTL_MS } });
  await runUntil(world, () => isQuiet(world));
  await other.stop();
}

const SCENARIOS: readonly [string, RuntimeJob, (world: World) => Promise<unknown>][] = [
  ['a first start', startJob(), async () => undefined],
  ['a start that replaces', startJob(OTHER_IMAGE), (world) => plantRuntime(world, 'stopped')],
  ['a stop', stopJob(), (world) => plantRuntime(world, 'running')],
];

/** Does the same for every step at which the process can freeze; tells how many there are. */
async function atEveryStep(
  kind: keyof typeof PROCESSES,
  job: RuntimeJob,
  given: (world: World) => Promise<unknown>,
  check: (world: World, freezing: Freezing) => Promise<void>,
) {
  for (let step = 1; ; step += 1) {
    const world = makeWorld();
    await given(world);
    await enqueue(world, job);
    const freezing = await openFreezing(world, kind, step);
    await check(world, freezing);
    expect(freezing.violations, `frozen at step ${step}`).toEqual([]);
    if (!freezing.hasFrozen) return step - 1;
  }
}

describe.each(['a manager', 'a runner without a stall guard'] as const)('%s, frozen between any two steps', (kind) => {
  it.each(SCENARIOS)('a process frozen in %s touches no container once another one has taken over, and ended it', async (_, job, given) => {
    const steps = await atEveryStep(kind, job, given, async (world, freezing) => {
      if (freezing.hasFrozen) await workOffElsewhere(world);
      await freezing.thaw();
      expect(decidedResults(world)).toHaveLength(1);
      expect(await containersOf(world)).toHaveLength(1);
    });
    expect(steps).toBeGreaterThan(3);
  });

  it.each(SCENARIOS.slice(0, 2))('a process frozen in %s does not bring back what was stopped meanwhile', async (_, job, given) => {
    await atEveryStep(kind, job, given, async (world, freezing) => {
      if (freezing.hasFrozen) {
        await enqueue(world, stopJob());
        await workOffElsewhere(world);
        await enqueue(world, stopJob());
        await workOffElsewhere(world);
      }
      await freezing.thaw();
      const states = await containersOf(world);
      expect(states.filter(({ state }) => state === 'running')).toHaveLength(freezing.hasFrozen ? 0 : 1);
    });
  });
});

it.each(SCENARIOS)('%s that nobody took over meanwhile is done all the same, without a failure counted', async (_, job, given) => {
  await atEveryStep('a manager', job, given, async (world, freezing) => {
    if (freezing.hasFrozen) await world.clock.advance(TTL_MS * 2);
    await freezing.thaw();
    await workOffElsewhere(world);
    expect(decidedResults(world)).toMatchObject([{ gameId: GAME, outcome: 'success' }]);
    expect(world.database.operations).toMatchObject([{ failures: 0 }]);
  });
});

it('a freeze of less than the limit costs nothing', async () => {
  await atEveryStep(
    'a manager',
    startJob(),
    async () => undefined,
    async (world, freezing) => {
      if (freezing.hasFrozen) await world.clock.advance(LIMIT_MS - 1000);
      await freezing.thaw();
      expect(world.database.operations).toMatchObject([{ attempt: 1, status: 'succeeded' }]);
    },
  );
});
