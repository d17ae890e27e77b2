import type { LeaseGrant, Leases } from '@galaxy/manager-ports';
import { describe, expect, it } from 'vitest';
import { runLoop } from '../lib/run-loop.js';
import { faultOf, intercept } from '../test-support/intercept.test-support.js';
import { makeWorld, pass, type World } from '../test-support/world.test-support.js';
import { makeFailingStreak } from './failing-streak.js';
import type { LeasedDuty } from './lease-holder.js';
import { makeLeaseHolder } from './lease-holder.js';

const TTL = 5000;

/** A process that wants the lease, and the signals its duty was given. */
function makeContender(world: World, holder: string, leases: Leases = world.leases) {
  const lease = makeLeaseHolder({ leases, clock: world.clock, observer: world.observer, name: 'duty', holder, ttlMs: TTL });
  const duties: { grant: LeaseGrant; signal: AbortSignal }[] = [];
  const duty: LeasedDuty = async (grant, signal) => {
    duties.push({ grant, signal });
    await world.clock.sleep(3_600_000, signal);
  };
  const stopping = new AbortController();
  return { lease, duty, duties, stopping, open: () => void runLoop('lease', (s) => lease.turn(duty, s), stopping.signal, world) };
}

describe('of two that want it', () => {
  it('one has it, for as long as it renews', async () => {
    const world = makeWorld();
    const [a, b] = [makeContender(world, 'a'), makeContender(world, 'b')];
    a.open();
    b.open();
    await world.clock.advance(60_000);
    expect([a.lease.held, b.lease.held]).toEqual([true, false]);
    expect(a.duties).toHaveLength(1);
    expect(a.duties[0]).toMatchObject({ grant: { epoch: 1n }, signal: { aborted: false } });
    expect(b.duties).toEqual([]);
  });

  it('the other takes over at once when the first ends, under a higher epoch', async () => {
    const world = makeWorld();
    const [a, b] = [makeContender(world, 'a'), makeContender(world, 'b')];
    a.open();
    await world.clock.advance(10);
    b.open();
    await world.clock.advance(100);
    a.stopping.abort();
    await world.clock.advance(TTL / 5);
    expect([a.lease.held, b.lease.held]).toEqual([false, true]);
    expect(a.duties[0]?.signal.aborted).toBe(true);
    expect(b.duties[0]?.grant.epoch).toBe(2n);
    expect(world.events).toEqual([
      { kind: 'lease_changed', name: 'duty', held: true },
      { kind: 'lease_changed', name: 'duty', held: false },
      { kind: 'lease_changed', name: 'duty', held: true },
    ]);
  });

  it('the other takes over after the expiry when the first is gone', async () => {
    const world = makeWorld();
    await world.leases.acquire('duty', 'dead', TTL);
    const b = makeContender(world, 'b');
    b.open();
    await world.clock.advance(TTL - 1);
    expect(b.lease.held).toBe(false);
    await world.clock.advance(TTL / 5);
    expect(b.lease.held).toBe(true);
  });
});

describe('the signal of the duty', () => {
  it('aborts when a renewal is refused', async () => {
    const world = makeWorld();
    const a = makeContender(world, 'a');
    a.open();
    await world.clock.advance(0);
    world.database.leases.set('duty', { holder: 'b', epoch: 2n, expiresAtMs: world.clock.monotonicMs() + 60_000 });
    await world.clock.advance(TTL / 5);
    expect(a.duties[0]?.signal.aborted).toBe(true);
    expect(a.lease.held).toBe(false);
    expect(world.database.leases.get('duty')).toMatchObject({ holder: 'b' });
  });

  it('aborts when a renewal gets another epoch: somebody had it in between', async () => {
    const world = makeWorld();
    const a = makeContender(world, 'a');
    a.open();
    await world.clock.advance(0);
    world.database.leases.set('duty', { holder: null, epoch: 2n, expiresAtMs: 0 });
    await world.clock.advance(TTL / 5);
    expect(a.duties[0]?.signal.aborted).toBe(true);
    await world.clock.advance(0);
    expect(a.duties[1]?.grant.epoch).toBeGreaterThan(2n);
  });

  it.each<[string, (world: World) => Promise<unknown>]>([
    ['fail', () => Promise.reject(faultOf('postgres'))],
    ['hang', () => new Promise(() => undefined)],
    ['hang for longer than the lease', (world) => world.clock.sleep(TTL * 2).then(() => Promise.reject(faultOf('postgres')))],
  ])('aborts once the renewals %s for the time to live, not before, not later', async (_, answer) => {
    const world = makeWorld();
    let isAway = false;
    const leases = intercept('leases', world.leases, (call) => (isAway ? answer(world) : call.go()));
    const a = makeContender(world, 'a', leases);
    a.open();
    await world.clock.advance(2500);
    isAway = true;
    // The last renewal that was answered was asked at 2000.
    await world.clock.advance(2000 + TTL - 1 - world.clock.monotonicMs());
    expect(a.duties[0]?.signal.aborted).toBe(false);
    await world.clock.advance(1);
    expect(a.duties[0]?.signal.aborted).toBe(true);
    expect(a.lease.held).toBe(false);
  });

  it('counts from when the last answered renewal was asked, not from its answer', async () => {
    const world = makeWorld();
    let isAway = false;
    let answeredAskMs = 0;
    const leases = intercept('leases', world.leases, async (call) => {
      const askedAtMs = world.clock.monotonicMs();
      const answer = await call.go();
      await world.clock.sleep(900);
      if (isAway) throw faultOf('postgres');
      answeredAskMs = askedAtMs;
      return answer;
    });
    const a = makeContender(world, 'a', leases);
    a.open();
    await world.clock.advance(10_000);
    isAway = true;
    await world.clock.advance(answeredAskMs + TTL - 1 - world.clock.monotonicMs());
    expect(a.duties[0]?.signal.aborted).toBe(false);
    await world.clock.advance(1);
    expect(a.duties[0]?.signal.aborted).toBe(true);
  });

  it('does not abort for a renewal that fails while the next one is answered', async () => {
    const world = makeWorld();
    let asked = 0;
    const leases = intercept('leases', world.leases, async (call) => {
      asked += 1;
      if (asked % 2 === 0) throw faultOf('postgres');
      return call.go();
    });
    const a = makeContender(world, 'a', leases);
    a.open();
    await world.clock.advance(60_000);
    expect(a.duties).toHaveLength(1);
    expect(a.lease.held).toBe(true);
  });
});

describe('the end of a turn', () => {
  it('gives the lease up when the duty ends, or fails, and passes the failure on', async () => {
    const world = makeWorld();
    const { lease } = makeContender(world, 'a');
    const signal = new AbortController().signal;
    await lease.turn(async () => undefined, signal);
    expect(world.database.leases.get('duty')).toMatchObject({ holder: null });
    await expect(lease.turn(() => Promise.reject(new Error('the duty failed')), signal)).rejects.toThrow('the duty failed');
    expect(world.database.leases.get('duty')).toMatchObject({ holder: null });
    expect(lease.held).toBe(false);
    expect(world.clock.sleeping).toBe(0);
  });

  it('does not mind a release that fails', async () => {
    const world = makeWorld();
    const leases = intercept('leases', world.leases, (call) =>
      call.method === 'release' ? Promise.reject(faultOf('postgres')) : call.go(),
    );
    const { lease } = makeContender(world, 'a', leases);
    await expect(lease.turn(async () => undefined, new AbortController().signal)).resolves.toBeUndefined();
  });

  it('a store that is away from the start is the caller’s to retry', async () => {
    const world = makeWorld();
    const { lease, duty, duties } = makeContender(
      world,
      'a',
      intercept('leases', world.leases, () => Promise.reject(faultOf('postgres'))),
    );
    await expect(lease.turn(duty, new AbortController().signal)).rejects.toMatchObject({ code: 'postgres_unavailable' });
    expect(duties).toEqual([]);
  });
});

describe('a duty that is of no use', () => {
  const GIVE_UP_MS = 10_000;

  /** A contender whose duty asks its server once a second; a try is made with the server cut off from it, or not. */
  function makeAsker(world: World, holder: string) {
    const streak = makeFailingStreak(world.clock);
    const stepDown = { streak, afterMs: GIVE_UP_MS };
    const lease = makeLeaseHolder({ ...world, name: 'duty', holder, ttlMs: TTL, stepDown });
    const state = { isCutOff: false, asked: 0 };
    const ask = async (): Promise<void> => {
      state.asked += 1;
      if (state.isCutOff) throw faultOf('redis');
    };
    const duty: LeasedDuty = (_, signal) =>
      runLoop('ingest', (stop) => streak.run(ask).then(() => world.clock.sleep(1000, stop)), signal, { ...world, maxPauseMs: 1000 });
    const stopping = new AbortController();
    return { lease, state, stopping, open: () => void runLoop('lease', (s) => lease.turn(duty, s), stopping.signal, world) };
  }

  it('is left to others after a while, and another process that can do it takes over', async () => {
    const world = makeWorld();
    const [a, b] = [makeAsker(world, 'a'), makeAsker(world, 'b')];
    a.open();
    await world.clock.advance(100);
    b.open();
    await world.clock.advance(30_000);
    a.state.isCutOff = true;
    await world.clock.advance(GIVE_UP_MS);
    expect([a.lease.held, b.lease.held]).toEqual([true, false]);
    await world.clock.advance(3000);
    expect([a.lease.held, b.lease.held]).toEqual([false, true]);
    await world.clock.advance(60_000);
    expect([a.lease.held, b.lease.held]).toEqual([false, true]);
    expect(world.events).toContainEqual({
      kind: 'loop_failed',
      loop: 'lease',
      retryInMs: 100,
      error: expect.objectContaining({
        message: expect.stringMatching(/^the lease duty was left to other processes: its duty has failed for 10\d{3} ms$/),
      }),
    });
  });

  it('is taken up again after two times to live when nobody else wants it, and kept once it works', async () => {
    const world = makeWorld();
    const a = makeAsker(world, 'a');
    a.state.isCutOff = true;
    a.open();
    await world.clock.advance(GIVE_UP_MS + 500);
    expect(a.lease.held).toBe(false);
    await world.clock.advance(2 * TTL - 600);
    expect(a.lease.held).toBe(false);
    await world.clock.advance(1000);
    expect(a.lease.held).toBe(true);
    a.state.isCutOff = false;
    await world.clock.advance(60_000);
    expect(a.lease.held).toBe(true);
    expect(world.events.filter(({ kind }) => kind === 'lease_changed')).toHaveLength(3);
  });

  it('is kept while it works now and then, and while it has nothing to ask', async () => {
    const world = makeWorld();
    const a = makeAsker(world, 'a');
    a.open();
    for (let n = 0; n < 10; n += 1) {
      a.state.isCutOff = true;
      await world.clock.advance(GIVE_UP_MS - 1500);
      a.state.isCutOff = false;
      await world.clock.advance(1500);
    }
    expect(a.state.asked).toBeGreaterThan(50);
    expect(world.events.filter(({ kind }) => kind === 'lease_changed')).toHaveLength(1);
    const idle = makeLeaseHolder({
      ...world,
      name: 'another',
      holder: 'a',
      ttlMs: TTL,
      stepDown: { streak: makeFailingStreak(world.clock), afterMs: 1 },
    });
    void idle.turn((_, signal) => world.clock.sleep(3_600_000, signal), new AbortController().signal);
    await world.clock.advance(60_000);
    expect(idle.held).toBe(true);
  });
});

describe('a lease that is let go', () => {
  it('ends its duty at once, and is taken again', async () => {
    const world = makeWorld();
    const a = makeContender(world, 'a');
    a.lease.letGo();
    a.open();
    await world.clock.advance(3000);
    a.lease.letGo();
    expect(a.duties[0]?.signal.aborted).toBe(true);
    await world.clock.advance(0);
    expect(a.duties).toHaveLength(2);
    expect(a.duties[1]).toMatchObject({ grant: { epoch: 2n }, signal: { aborted: false } });
  });

  it.each([
    ['its duty still waits for an answer', 'duty'],
    ['a renewal does', 'acquire'],
  ])('is given back though %s', async (_, what) => {
    const world = makeWorld();
    let isSilent = false;
    const leases = intercept('leases', world.leases, (call) =>
      isSilent && call.method === what ? new Promise(() => undefined) : call.go(),
    );
    const { lease, stopping } = makeContender(world, 'a', leases);
    const duty: LeasedDuty = (_grant, signal) => (what === 'duty' ? new Promise(() => undefined) : world.clock.sleep(3_600_000, signal));
    let hasEnded = false;
    void lease.turn(duty, stopping.signal).then(() => (hasEnded = true));
    await world.clock.advance(2500);
    isSilent = true;
    await world.clock.advance(1000);
    stopping.abort();
    await world.clock.advance(500);
    expect(lease.held).toBe(false);
    expect(world.database.leases.get('duty')).toMatchObject({ holder: null });
    expect(hasEnded).toBe(what === 'acquire');
  });

  it('stays given back though a renewal under way is carried out late', async () => {
    const world = makeWorld();
    let isSlow = false;
    const leases = intercept('leases', world.leases, async (call) => {
      if (isSlow && call.method === 'acquire') await world.clock.sleep(300);
      return call.go();
    });
    const a = makeContender(world, 'a', leases);
    a.open();
    await world.clock.advance(2500);
    isSlow = true;
    // The next renewal is asked for at 3000.
    await world.clock.advance(600);
    a.stopping.abort();
    await world.clock.advance(TTL / 5);
    expect(world.database.leases.get('duty')).toMatchObject({ holder: null });
    const b = makeContender(world, 'b');
    b.open();
    await world.clock.advance(0);
    expect(b.lease.held).toBe(true);
  });

  it('does not wait for ever for the answer that it was given back', async () => {
    const world = makeWorld();
    const leases = intercept('leases', world.leases, (call) => (call.method === 'release' ? new Promise(() => undefined) : call.go()));
    const { lease } = makeContender(world, 'a', leases);
    await expect(
      pass(
        world,
        lease.turn(async () => undefined, new AbortController().signal),
        1000,
      ),
    ).resolves.toBeUndefined();
  });
});
