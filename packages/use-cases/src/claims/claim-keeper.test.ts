import type { Claim, ClaimState } from '@galaxy/manager-ports';
import { describe, expect, it } from 'vitest';
import { SAFETY_MS } from '../manager/timings.js';
import { faultOf } from '../test-support/intercept.test-support.js';
import { TTL_MS } from '../test-support/operation-runner.test-support.js';
import { GAME, makeWorld, pass, startJob, stopJob, type World } from '../test-support/world.test-support.js';
import { makeClaimKeeper } from './claim-keeper.js';
import { ClaimEnded } from './held-claim.js';

const claimOf = (changes: Partial<Claim> = {}): Claim => ({
  opId: 'op-1',
  attempt: 1,
  ord: 1n,
  gameId: GAME,
  source: 'lobby',
  sourceRef: '1-0',
  job: startJob(),
  entry: null,
  progress: null,
  record: null,
  superseded: false,
  place: 'start',
  failures: 0,
  unavailableMs: 0,
  ...changes,
});

/** A keeper whose renewals are answered by `answer`, and how often it asked. */
function keeperWith(world: World, answer: (asked: number) => Promise<ClaimState['state']>) {
  let asked = 0;
  const renew = async (claims: readonly { opId: string; attempt: number }[]): Promise<ClaimState[]> => {
    asked += 1;
    const state = await answer(asked);
    return claims.map((claim) => ({ ...claim, state }));
  };
  const keeper = makeClaimKeeper({ journal: { renew }, clock: world.clock, ttlMs: TTL_MS, maxRenewalAgeMs: TTL_MS - SAFETY_MS });
  return { keeper, asked: () => asked };
}

const held = async () => 'held' as const;
const AGE_LIMIT_MS = TTL_MS - 2000;

describe('before a mutation', () => {
  it('a claim renewed lately is taken as it is', async () => {
    const world = makeWorld();
    const { keeper, asked } = keeperWith(world, held);
    const claim = keeper.hold(claimOf(), 0);
    await world.clock.advance(AGE_LIMIT_MS - 1);
    await claim.beforeMutation();
    expect(asked()).toBe(0);
  });

  it('a claim two seconds before its end is renewed first', async () => {
    const world = makeWorld();
    const { keeper, asked } = keeperWith(world, held);
    const claim = keeper.hold(claimOf(), 0);
    await world.clock.advance(AGE_LIMIT_MS);
    await claim.beforeMutation();
    expect(asked()).toBe(1);
    await claim.beforeMutation();
    expect(asked()).toBe(1);
  });

  it('its age counts from when it was asked for, not from when it was answered', async () => {
    const world = makeWorld();
    await world.clock.advance(AGE_LIMIT_MS);
    const { keeper, asked } = keeperWith(world, held);
    await keeper.hold(claimOf(), 0).beforeMutation();
    expect(asked()).toBe(1);
  });

  it('a renewal whose answer took as long as a claim may be old is asked again', async () => {
    const world = makeWorld();
    const { keeper, asked } = keeperWith(world, async (n) => {
      if (n === 1) await world.clock.sleep(AGE_LIMIT_MS);
      return 'held';
    });
    const claim = keeper.hold(claimOf(), 0);
    await world.clock.advance(AGE_LIMIT_MS);
    await pass(world, claim.beforeMutation());
    expect(asked()).toBe(2);
  });

  it('a store that is away is waited for', async () => {
    const world = makeWorld();
    const { keeper, asked } = keeperWith(world, async () => {
      if (world.clock.monotonicMs() < 60_000) throw faultOf('postgres');
      return 'held';
    });
    const claim = keeper.hold(claimOf(), 0);
    await world.clock.advance(AGE_LIMIT_MS);
    await pass(world, claim.beforeMutation());
    expect(world.clock.monotonicMs()).toBeGreaterThanOrEqual(60_000);
    expect(asked()).toBeLessThan(300);
  });

  it('a renewal that answers lost ends it', async () => {
    const world = makeWorld();
    const { keeper } = keeperWith(world, async () => 'lost');
    const claim = keeper.hold(claimOf(), 0);
    await world.clock.advance(AGE_LIMIT_MS);
    await expect(claim.beforeMutation()).rejects.toMatchObject({ end: 'lost' });
    await expect(claim.beforeMutation()).rejects.toThrow(ClaimEnded);
    expect(claim.signal.aborted).toBe(true);
  });

  it('a row that somebody else holds is waited for: the claim is neither renewed nor lost', async () => {
    const world = makeWorld();
    const { keeper } = keeperWith(world, async () => (world.clock.monotonicMs() < 60_000 ? 'unknown' : 'held'));
    const claim = keeper.hold(claimOf(), 0);
    await keeper.renewAll();
    await claim.beforeMutation();
    expect([claim.ended, claim.signal.aborted]).toEqual([null, false]);
    await world.clock.advance(AGE_LIMIT_MS);
    await pass(world, claim.beforeMutation());
    expect(world.clock.monotonicMs()).toBeGreaterThanOrEqual(60_000);
  });

  it('the wait for a store that is away ends with a shutdown', async () => {
    const world = makeWorld();
    const { keeper } = keeperWith(world, () => Promise.reject(faultOf('postgres')));
    const claim = keeper.hold(claimOf(), 0);
    await world.clock.advance(AGE_LIMIT_MS);
    const waiting = claim.beforeMutation();
    await world.clock.advance(1000);
    keeper.shutDown();
    await expect(pass(world, waiting, 1000)).rejects.toMatchObject({ end: 'shutdown' });
  });
});

describe('what a renewal learns', () => {
  it('superseded aborts a start, which is still held', async () => {
    const world = makeWorld();
    const { keeper } = keeperWith(world, async () => 'superseded');
    const claim = keeper.hold(claimOf(), 0);
    expect(claim.superseded).toBe(false);
    await keeper.renewAll();
    expect(claim.superseded).toBe(true);
    expect(claim.signal.aborted).toBe(true);
    expect(() => claim.assertHeld()).not.toThrow();
    await expect(claim.beforeMutation()).resolves.toBeUndefined();
  });

  it('a start that is superseded when it is claimed is so at once; a stop never is', () => {
    const { keeper } = keeperWith(makeWorld(), held);
    expect(keeper.hold(claimOf({ superseded: true }), 0)).toMatchObject({ superseded: true, signal: { aborted: true } });
    const stop = keeper.hold(claimOf({ opId: 'op-2', job: stopJob(), superseded: true }), 0);
    expect(stop).toMatchObject({ superseded: false, signal: { aborted: false } });
  });

  it('all claims are renewed in one call, and none that was released', async () => {
    const world = makeWorld();
    const asked: unknown[] = [];
    const renew = async (claims: readonly unknown[], ttlMs: number) => {
      asked.push([claims, ttlMs]);
      return [];
    };
    const keeper = makeClaimKeeper({ journal: { renew }, clock: world.clock, ttlMs: TTL_MS, maxRenewalAgeMs: TTL_MS - SAFETY_MS });
    await keeper.renewAll();
    const first = keeper.hold(claimOf(), 0);
    keeper.hold(claimOf({ opId: 'op-2', attempt: 3 }), 0);
    expect(keeper.held().map(({ claim }) => claim.opId)).toEqual(['op-1', 'op-2']);
    keeper.hold(claimOf({ opId: 'op-3' }), 0);
    keeper.release(first);
    await keeper.renewAll();
    expect(asked).toEqual([
      [
        [
          { opId: 'op-2', attempt: 3 },
          { opId: 'op-3', attempt: 1 },
        ],
        TTL_MS,
      ],
    ]);
  });

  it('an answer about another attempt is none about this one', async () => {
    const world = makeWorld();
    const keeper = makeClaimKeeper({
      journal: { renew: async () => [{ opId: 'op-1', attempt: 1, state: 'lost' }] },
      clock: world.clock,
      ttlMs: TTL_MS,
      maxRenewalAgeMs: TTL_MS - SAFETY_MS,
    });
    const claim = keeper.hold(claimOf({ attempt: 2 }), 0);
    await keeper.renewAll();
    expect(() => claim.assertHeld()).not.toThrow();
  });

  it('an older answer that comes late does not age a claim', async () => {
    const world = makeWorld();
    const { keeper, asked } = keeperWith(world, async (n) => {
      if (n === 1) await world.clock.sleep(6000);
      return 'held';
    });
    const claim = keeper.hold(claimOf(), 0);
    const slow = keeper.renewAll();
    await world.clock.advance(5000);
    await keeper.renewAll();
    await pass(world, slow);
    await world.clock.advance(5000 + AGE_LIMIT_MS - 1 - world.clock.monotonicMs());
    await claim.beforeMutation();
    expect(asked()).toBe(2);
  });
});

describe('a shutdown', () => {
  it('ends all claims, also one that is answered later', async () => {
    const { keeper } = keeperWith(makeWorld(), held);
    const before = keeper.hold(claimOf(), 0);
    keeper.shutDown();
    const after = keeper.hold(claimOf({ opId: 'op-2' }), 0);
    for (const claim of [before, after]) {
      expect(claim.signal.aborted).toBe(true);
      await expect(claim.beforeMutation()).rejects.toMatchObject({ end: 'shutdown' });
    }
  });

  it('is the last word, whatever a renewal says before or after it', async () => {
    const { keeper } = keeperWith(makeWorld(), async () => 'lost');
    const claim = keeper.hold(claimOf(), 0);
    await keeper.renewAll();
    expect(claim.ended).toBe('lost');
    keeper.shutDown();
    expect(claim.ended).toBe('shutdown');
    await keeper.renewAll();
    expect(() => claim.assertHeld()).toThrow('the process is shutting down');
  });
});

describe('letting go', () => {
  it('ends what is held now, holds on to it no more, and does not touch what comes later', async () => {
    const world = makeWorld();
    const { keeper, asked } = keeperWith(world, held);
    const before = keeper.hold(claimOf(), 0);
    keeper.letGo();
    expect(before.signal.aborted).toBe(true);
    await expect(before.beforeMutation()).rejects.toMatchObject({ end: 'stalled', message: 'the process did not run for a while' });
    await keeper.renewAll();
    expect(asked()).toBe(0);
    const after = keeper.hold(claimOf({ opId: 'op-2' }), 0);
    await keeper.renewAll();
    expect([asked(), after.ended]).toEqual([1, null]);
  });

  it('does not put off the end of the process', async () => {
    const { keeper } = keeperWith(makeWorld(), held);
    const claim = keeper.hold(claimOf(), 0);
    keeper.shutDown();
    keeper.letGo();
    expect(claim.ended).toBe('shutdown');
  });
});
