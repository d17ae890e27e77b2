import type { ClaimKey, RuntimeEvent } from '@galaxy/manager-ports';
import { HeldRowFault } from '@galaxy/manager-ports';
import { expect, it } from 'vitest';
import { type Call, faultOf } from '../test-support/intercept.test-support.js';
import { openManager } from '../test-support/manager-fixture.test-support.js';
import { decidedResults, IMAGE, makeWorld, publishJob, type World } from '../test-support/world.test-support.js';

const OTHERS = Array.from({ length: 20 }, (_, n) => `other-${n}`);
/** More than there are places for starts. */
const HELD = Array.from({ length: 6 }, (_, n) => `held-${n}`);
const HELD_MS = 60_000;

/** Somebody else holds the rows of some games: what writes to them is told so, and their renewals are unknown. */
const withHeldRows =
  (world: World, held: readonly string[], isHeld: () => boolean) =>
  async ({ port, method, args, go }: Call): Promise<unknown> => {
    if (port !== 'journal' || !isHeld()) return go();
    const gameOf = ({ opId }: ClaimKey) => world.database.operations.find((one) => one.opId === opId)?.gameId ?? '';
    const isOf = (claim: ClaimKey) => held.includes(gameOf(claim));
    if (method === 'renew') {
      const [claims, ttlMs] = args as [readonly ClaimKey[], number];
      const free = await world.journal.renew(
        claims.filter((claim) => !isOf(claim)),
        ttlMs,
      );
      return claims.map((claim) => free.find(({ opId }) => opId === claim.opId) ?? { ...claim, state: 'unknown' });
    }
    if (['advance', 'finish', 'releaseClaim'].includes(method) && isOf(args[0] as ClaimKey)) throw new HeldRowFault(method);
    return go();
  };

async function finishTimes(held: readonly string[]) {
  const world = makeWorld();
  let isHeld = false;
  let checks = 0;
  const onCall = withHeldRows(world, held, () => isHeld);
  openManager(world, {
    onCall: (call) => {
      if (call.port === 'stream' && call.method === 'shapes') checks += 1;
      return onCall(call);
    },
  });
  await world.clock.advance(1000);
  for (const game of held) publishJob(world, game, IMAGE);
  await world.clock.advance(5000);
  for (const game of held) publishJob(world, game, null);
  isHeld = true;
  const checksBefore = checks;
  const startedAtMs = world.clock.now().getTime();
  for (const game of OTHERS) publishJob(world, game, IMAGE);
  await world.clock.advance(HELD_MS / 2);
  for (const game of OTHERS) publishJob(world, game, null);
  await world.clock.advance(HELD_MS / 2);
  const ended = world.database.operations.filter(({ gameId }) => OTHERS.includes(gameId));
  const times = ended.map(({ finishedAt }) => (finishedAt?.getTime() ?? Number.POSITIVE_INFINITY) - startedAtMs);
  return {
    world,
    times,
    checks: checks - checksBefore,
    free: async () => {
      isHeld = false;
      await world.clock.advance(2000);
    },
  };
}

it('games whose rows somebody holds delay no other game, and end as soon as the rows are free', async () => {
  const [alone, beside] = [await finishTimes([]), await finishTimes(HELD)];
  expect(beside.times).toHaveLength(2 * OTHERS.length);
  expect(Math.max(...alone.times)).toBeLessThan(HELD_MS);
  // A place is left to others after a second.
  for (const [n, ms] of beside.times.entries()) expect(ms - (alone.times[n] ?? 0)).toBeLessThanOrEqual(2500);
  for (const game of HELD) expect(decidedResults(beside.world, game)).toHaveLength(1);
  await beside.free();
  for (const game of HELD) expect(decidedResults(beside.world, game)).toMatchObject([{ outcome: 'success' }, { outcome: 'success' }]);
  // The database answers all the time, so nobody takes it for another one.
  expect(beside.checks).toBe(alone.checks);
});

it('an end that cannot be written is told at growing intervals, with the game', async () => {
  const { world } = await finishTimes(['held-0']);
  const waits = world.events.filter((event) => event.kind === 'finish_waits');
  expect(waits.map(({ ms }) => ms)).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000]);
  expect(waits[0]).toMatchObject({ operation: { gameId: 'held-0', op: 'stop' } });
  expect(waits[0]?.error).toBeInstanceOf(HeldRowFault);
});

it('renewals that are late are told once, until they are in time again', async () => {
  const world = makeWorld();
  let isAway = false;
  openManager(world, {
    onCall: async ({ port, method, go }) => {
      // The start stays under way for the whole test.
      if (port === 'engine' && method === 'find') return new Promise(() => undefined);
      if (port === 'journal' && method === 'renew' && isAway) throw faultOf('postgres');
      return go();
    },
  });
  publishJob(world, 'g1', IMAGE);
  const late = () => world.events.filter((event: RuntimeEvent) => event.kind === 'renewal_late');
  const awayFor = async (ms: number) => {
    isAway = true;
    await world.clock.advance(ms);
    isAway = false;
    await world.clock.advance(3000);
  };
  await world.clock.advance(3000);
  await awayFor(1500);
  expect(late()).toEqual([]);
  await awayFor(20_000);
  expect(late()).toMatchObject([{ claims: 1 }]);
  expect(late()[0]?.ms).toBeGreaterThan(3000);
  expect(late()[0]?.ms).toBeLessThan(3600);
  await awayFor(20_000);
  expect(late()).toHaveLength(2);
});
