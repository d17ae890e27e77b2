import { RECONCILE_VERDICTS, type ReconcileJob, type RuntimeRecord, type RuntimeStatus } from '@galaxy/domain';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { countJobs, guarding, hasOpen, meddle, meddlingWith } from '../test-support/meddling.test-support.js';
import { disorderOf, INJECTED_GAMES, makeInjectedWorld, injectedGames } from '../test-support/injections.test-support.js';
import { workOff } from '../test-support/operation-runner.test-support.js';
import { openProcess } from '../test-support/process.test-support.js';
import { leaseOf, makeWorldReconciler, passAndAsk, RECONCILE } from '../test-support/reconciler.test-support.js';
import { openTroubled, trouble } from '../test-support/troubles.test-support.js';
import { enqueue, makeWorld, operationOf, type World } from '../test-support/world.test-support.js';

const [GAME] = INJECTED_GAMES;

interface Seen {
  readonly id: string;
  /** Null for one that is not ours. */
  readonly gameId: string | null;
  readonly state: string;
}

/** Everything on the engine. */
function everything(world: World): Seen[] {
  const { incarnations, foreign } = world.engine.inventory;
  return [
    ...incarnations.map(({ id, owner, state }) => ({ id, gameId: owner.gameId, state })),
    ...foreign.map(({ id }) => ({ id, gameId: null, state: 'as it was' })),
  ];
}

const UP: readonly RuntimeStatus[] = ['running', 'generation_in_progress', 'generation_failed', 'engine_unreachable', 'finished'];

/** What a reconcile of the game may at most do to a container, by its job and the record: end it, or remove it. */
function allowed({ id, gameId }: Seen, { verdict, orphans }: ReconcileJob, record: RuntimeRecord | null) {
  if (gameId !== GAME) return { end: false, remove: false };
  if (id !== record?.currentContainerId) return { end: true, remove: verdict === 'remove' || orphans.includes(id) };
  return { end: !UP.includes(record.status), remove: record.status === 'starting' && verdict === 'remove' };
}

it('whatever is queued, however old the view behind it, ends nothing but what has no business there', async () => {
  const picks = fc.array(fc.nat({ max: 8 }), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.tuple(injectedGames, injectedGames), fc.constantFrom(...RECONCILE_VERDICTS), picks, async (games, verdict, picked) => {
      const world = await makeInjectedWorld(games);
      const before = everything(world);
      const records = new Map(world.database.records);
      const orphans = picked.map((at) => before[at]?.id ?? 'lost');
      const job: ReconcileJob = { kind: 'reconcile', gameId: GAME, verdict, orphans, reason: '' };
      const opId = await enqueue(world, job);
      await workOff(world);
      const after = new Map(everything(world).map((one) => [one.id, one.state]));
      for (const one of before) {
        const may = allowed(one, job, records.get(GAME) ?? null);
        if (!may.remove) expect(after.has(one.id), `${one.id} was removed`).toBe(true);
        if (!may.end) expect(after.get(one.id)).toBe(one.state);
      }
      if (operationOf(world, opId).errorCode === 'replay_no_op') expect(world.database.records).toEqual(records);
    }),
    { numRuns: 500 },
  );
});

it('any state of records and containers is in order after two passes, and what is not ours is still there', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(injectedGames, { minLength: 1, maxLength: 3 }), async (games) => {
      const world = await makeInjectedWorld(games);
      const foreign = world.engine.inventory.foreign.map(({ id }) => id);
      const reconciler = makeWorldReconciler(world);
      const lease = await leaseOf(world);
      for (let passes = 0; passes < 2; passes += 1) {
        await passAndAsk(reconciler, lease);
        await workOff(world);
        await world.clock.advance(RECONCILE.intervalMs);
      }
      for (const gameId of INJECTED_GAMES) expect(await disorderOf(world, gameId), gameId).toEqual([]);
      const queued = world.database.operations.length;
      expect((await passAndAsk(reconciler, lease)).drifts).toEqual([]);
      expect(world.database.operations).toHaveLength(queued);
      expect(world.engine.inventory.foreign.map(({ id }) => id)).toEqual(foreign);
    }),
    { numRuns: 500 },
  );
});

/** Lets time pass until all jobs have been taken in, every operation has ended, and no trouble is left. */
async function untilQuiet(world: World, jobs: number, troublesAhead: () => number): Promise<void> {
  const isQuiet = () =>
    troublesAhead() === 0 && world.database.operations.filter(({ op }) => op !== 'reconcile').length === jobs && !hasOpen(world);
  for (let waits = 0; !isQuiet(); waits += 1) {
    expect(waits, 'the service does not come to rest').toBeLessThan(600);
    await world.clock.advance(1000);
  }
}

it('whatever happens in between, no game that runs loses its container, and all is in order in the end', async () => {
  const happenings = fc.array(meddlingWith(INJECTED_GAMES), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(happenings, fc.array(trouble, { maxLength: 5 }), async (meddlings, troubles) => {
      const world = makeWorld();
      const wrong: string[] = [];
      const service = openTroubled(world, troubles, (_, handle, signal) => openProcess(world, guarding(world, handle, wrong), signal));
      for (const one of meddlings) {
        await world.clock.advance(one.afterMs);
        await meddle(world, one);
      }
      await untilQuiet(world, countJobs(meddlings), service.ahead);
      // Longer than the last trouble may last, and then than two passes take.
      await world.clock.advance(35_000 + 15_000);
      await untilQuiet(world, countJobs(meddlings), service.ahead);
      service.stop();
      expect(wrong).toEqual([]);
      for (const gameId of INJECTED_GAMES) expect(await disorderOf(world, gameId), gameId).toEqual([]);
      expect(await world.holds.list()).toEqual([]);
    }),
    { numRuns: 100 },
  );
}, 60_000);
