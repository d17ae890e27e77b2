import { RECONCILE_VERDICTS, type ReconcileJob, type RuntimeRecord, type RuntimeStatus } from '@galaxy/domain';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { disorderOf, INJECTED_GAMES, injectedGames, makeInjectedWorld } from '../test-support/injections.test-support.js';
import { workOff } from '../test-support/operation-runner.test-support.js';
import { leaseOf, makeWorldReconciler, passAndAsk, RECONCILE } from '../test-support/reconciler.test-support.js';
import { enqueue, operationOf, type World } from '../test-support/world.test-support.js';

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
    fc.asyncProperty(
      fc.tuple(injectedGames, injectedGames),
      fc.constantFrom(...RECONCILE_VERDICTS),
      picks,
      async (games, verdict, picked) => {
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
      },
    ),
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
