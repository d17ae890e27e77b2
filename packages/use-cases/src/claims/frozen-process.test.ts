import type { RuntimeJob } from '@galaxy/domain';
import type { Clock } from '@galaxy/manager-ports';
import { describe, expect, it } from 'vitest';
import { guardAgainstStalls } from '../manager/stall-guard.js';
import { makeRunOperation } from '../operations/run-operation.js';
import { type Call, intercept } from '../test-support/intercept.test-support.js';
import { makeReplica, SETTINGS, TTL_MS } from '../test-support/replica.test-support.js';
import {
  containersOf,
  decidedResults,
  enqueue,
  GAME,
  makeWorld,
  OTHER_IMAGE,
  operationOf,
  pass,
  plantRuntime,
  startJob,
  stopJob,
  type World,
} from '../test-support/world.test-support.js';
import { makeClaimKeeper } from './claim-keeper.js';
import type { HeldClaim } from './held-claim.js';

const CHANGES = ['create', 'start', 'stop', 'kill', 'remove'];
const LIMIT_MS = 3000;
const CALL_MS = 700;

/** A process that freezes when its steps have been counted down: nothing of it runs until it is thawed. */
function makeFreezing(world: World, freezeAtStep: number, { isGuarded = true } = {}) {
  const state = { steps: 0, isFrozen: false, hasFrozen: false, violations: [] as string[] };
  let thawed: Promise<void> = Promise.resolve();
  let thaw = (): void => undefined;
  let held: HeldClaim | null = null;
  const stopping = new AbortController();

  /** What comes in while it is frozen is heard of when it is thawed. */
  const arrive = async (): Promise<void> => {
    state.steps += 1;
    if (state.steps === freezeAtStep && !state.hasFrozen) {
      state.isFrozen = state.hasFrozen = true;
      thawed = new Promise((resolve) => (thaw = resolve));
    }
    await thawed;
  };
  const handle = async (call: Call): Promise<unknown> => {
    if (call.port === 'engine' && CHANGES.includes(call.method) && !isMine()) state.violations.push(call.method);
    // So long that renewals are under way between the steps.
    if (call.port === 'engine') await world.clock.sleep(CALL_MS);
    try {
      return await call.go();
    } finally {
      await arrive();
    }
  };
  const isMine = (): boolean => {
    if (held === null) return false;
    const { status, attempt } = operationOf(world, held.claim.opId);
    return status === 'running' && attempt === held.claim.attempt;
  };
  const clockOf = (wake: () => Promise<void>): Clock => ({
    now: () => world.clock.now(),
    monotonicMs: () => world.clock.monotonicMs(),
    sleep: async (ms, signal) => {
      await world.clock.sleep(ms, signal);
      await wake();
    },
  });
  const clock = clockOf(arrive);
  const background = clockOf(() => thawed);
  const journal = intercept('journal', world.journal, handle);
  const engine = intercept('engine', world.engine, handle);
  const engineClient = intercept('engine client', world.engineClient, handle);
  const keeper = makeClaimKeeper({ journal, clock, ttlMs: TTL_MS });
  const run = makeRunOperation({ ...world, ...SETTINGS, clock, journal, engine, engineClient, publish: async () => undefined });
  const renew = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await background.sleep(1000);
      await keeper.renewAll();
    }
  };
  void renew();
  const guard = { clock: background, observer: world.observer, limitMs: LIMIT_MS, letGo: () => keeper.letGo() };
  if (isGuarded) void guardAgainstStalls(guard, stopping.signal);
  return {
    state,
    async claim(): Promise<HeldClaim> {
      const request = { holder: 'freezing', ttlMs: TTL_MS, takeOver: false, inFlight: [], starts: 1, others: 1 };
      const [claim] = await world.journal.claim(request);
      if (claim === undefined) throw new Error('nothing to claim');
      held = keeper.hold(claim, clock.monotonicMs());
      return held;
    },
    run: async (claimed: HeldClaim): Promise<void> => {
      await run(claimed);
      keeper.release(claimed);
    },
    thaw: () => {
      state.isFrozen = false;
      thaw();
    },
    end: () => stopping.abort(),
  };
}

type Freezing = ReturnType<typeof makeFreezing>;

/** Runs the first operation in a process that freezes, lets `meanwhile` happen, thaws it, and lets it end. */
async function runFrozen(world: World, freezing: Freezing, meanwhile: () => Promise<void>): Promise<void> {
  let hasEnded = false;
  const running = freezing.run(await freezing.claim()).finally(() => {
    hasEnded = true;
  });
  const isOver = () => hasEnded || freezing.state.isFrozen;
  while (!isOver()) await world.clock.advance(50);
  if (freezing.state.isFrozen) await meanwhile();
  freezing.thaw();
  await pass(world, running);
  freezing.end();
}

async function workOffElsewhere(world: World): Promise<void> {
  const other = makeReplica(world, { outbox: world.outbox });
  await world.clock.advance(TTL_MS);
  while (await other.work());
  other.die();
}

const SCENARIOS: readonly [string, RuntimeJob, (world: World) => Promise<unknown>][] = [
  ['a first start', startJob(), async () => undefined],
  ['a start that replaces', startJob(OTHER_IMAGE), (world) => plantRuntime(world, 'stopped')],
  ['a stop', stopJob(), (world) => plantRuntime(world, 'running')],
];

/** Does the same for every step at which the process can freeze; tells how many there are. */
async function atEveryStep(
  job: RuntimeJob,
  given: (world: World) => Promise<unknown>,
  check: (world: World, freezeAtStep: number) => Promise<Freezing>,
) {
  for (let step = 1; ; step += 1) {
    const world = makeWorld();
    await given(world);
    await enqueue(world, job);
    const { state } = await check(world, step);
    expect(state.violations, `frozen at step ${step}`).toEqual([]);
    if (!state.hasFrozen) return step - 1;
  }
}

describe.each([true, false])('a process that freezes between any two steps (with a stall guard: %s)', (isGuarded) => {
  it.each(SCENARIOS)('in %s touches no container once another process has taken over, and ended it', async (_, job, given) => {
    const steps = await atEveryStep(job, given, async (world, step) => {
      const freezing = makeFreezing(world, step, { isGuarded });
      await runFrozen(world, freezing, () => workOffElsewhere(world));
      expect(decidedResults(world)).toHaveLength(1);
      expect(await containersOf(world)).toHaveLength(1);
      return freezing;
    });
    expect(steps).toBeGreaterThan(3);
  });

  it.each(SCENARIOS.slice(0, 2))('in %s does not bring back what was stopped meanwhile', async (_, job, given) => {
    await atEveryStep(job, given, async (world, step) => {
      const freezing = makeFreezing(world, step, { isGuarded });
      await runFrozen(world, freezing, async () => {
        await enqueue(world, stopJob());
        await workOffElsewhere(world);
        await enqueue(world, stopJob());
        await workOffElsewhere(world);
      });
      const states = await containersOf(world);
      expect(states.filter(({ state }) => state === 'running')).toHaveLength(freezing.state.hasFrozen ? 0 : 1);
      return freezing;
    });
  });
});

it.each(SCENARIOS)('%s that nobody took over meanwhile is done all the same, without a failure counted', async (_, job, given) => {
  await atEveryStep(job, given, async (world, step) => {
    const freezing = makeFreezing(world, step);
    await runFrozen(world, freezing, () => world.clock.advance(TTL_MS * 2));
    await workOffElsewhere(world);
    expect(decidedResults(world)).toMatchObject([{ gameId: GAME, outcome: 'success' }]);
    expect(world.database.operations).toMatchObject([{ failures: 0 }]);
    return freezing;
  });
});

it('a freeze of less than the limit costs nothing', async () => {
  await atEveryStep(
    startJob(),
    async () => undefined,
    async (world, step) => {
      const freezing = makeFreezing(world, step);
      await runFrozen(world, freezing, () => world.clock.advance(LIMIT_MS - 1000));
      expect(world.database.operations).toMatchObject([{ attempt: 1, status: 'succeeded' }]);
      return freezing;
    },
  );
});
