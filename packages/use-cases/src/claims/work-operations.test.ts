import { describe, expect, it } from 'vitest';
import { runLoop } from '../lib/run-loop.js';
import { makeWakeup } from '../lib/wakeup.js';
import { SAFETY_MS } from '../manager/timings.js';
import { failed } from '../operations/outcomes.js';
import { faultOf, intercept } from '../test-support/intercept.test-support.js';
import { claimRequest, KNOWN, TTL_MS } from '../test-support/operation-runner.test-support.js';
import { enqueue, makeWorld, operationOf, pass, startJob, stopJob, type World } from '../test-support/world.test-support.js';
import { makeClaimKeeper } from './claim-keeper.js';
import type { HeldClaim } from './held-claim.js';
import { makeWorker, type WorkDeps } from './work-operations.js';

/** A process whose operations end when the test says so. */
function makeWorkerFixture(world: World, changes: Partial<WorkDeps> = {}) {
  const journal = changes.journal ?? world.journal;
  const keeper = makeClaimKeeper({ journal: world.journal, clock: world.clock, ttlMs: TTL_MS, maxRenewalAgeMs: TTL_MS - SAFETY_MS });
  const wakeup = makeWakeup(world.clock);
  const underWay = new Map<string, { held: HeldClaim; end: () => void }>();
  const begun: string[] = [];
  const nameOf = ({ claim }: HeldClaim) => `${claim.job.kind} ${claim.gameId}`;
  const run = async (held: HeldClaim): Promise<void> => {
    begun.push(nameOf(held));
    await new Promise<void>((end) => underWay.set(nameOf(held), { held, end }));
    underWay.delete(nameOf(held));
    await world.journal.finish(held.claim, failed(held.claim.gameId, { code: 'internal_error', message: 'ended by the test' }));
  };
  const worker = makeWorker({
    journal,
    keeper,
    run,
    clock: world.clock,
    observer: world.observer,
    wakeup,
    holder: world.ids.uuid(),
    ttlMs: TTL_MS,
    known: KNOWN,
    places: { start: 2, turn: 1, other: 1 },
    ...changes,
  });
  const stopping = new AbortController();
  return {
    worker,
    keeper,
    wakeup,
    stopping,
    begun,
    underWay: () => [...underWay.keys()],
    held: (name: string) => underWay.get(name)?.held,
    end: async (name: string) => {
      underWay.get(name)?.end();
      await world.clock.advance(0);
    },
    open: async () => {
      void runLoop('work', worker.turn, stopping.signal, world);
      await world.clock.advance(0);
    },
  };
}

const enqueueAll = async (world: World, ...jobs: Parameters<typeof enqueue>[1][]) => {
  const opIds: string[] = [];
  for (const job of jobs) opIds.push(await enqueue(world, job));
  return opIds;
};

describe('the order of work', () => {
  it('is strict within a game, and games go side by side', async () => {
    const world = makeWorld();
    await enqueueAll(world, startJob(undefined, 'a'), stopJob('a'), startJob(undefined, 'a'), startJob(undefined, 'b'));
    const fixture = makeWorkerFixture(world);
    await fixture.open();
    expect(fixture.underWay()).toEqual(['start a', 'start b']);
    await fixture.end('start a');
    expect(fixture.underWay()).toEqual(['start b', 'stop a']);
    await fixture.end('stop a');
    expect(fixture.underWay()).toEqual(['start b', 'start a']);
    expect(fixture.begun).toEqual(['start a', 'start b', 'stop a', 'start a']);
  });

  it('starts never take the room of stops, nor stops that of starts', async () => {
    const world = makeWorld();
    const games = ['a', 'b', 'c', 'd'];
    await enqueueAll(world, ...games.map((game) => startJob(undefined, game)));
    const fixture = makeWorkerFixture(world);
    await fixture.open();
    expect(fixture.underWay()).toEqual(['start a', 'start b']);
    await enqueueAll(world, stopJob('x'), stopJob('y'));
    await world.clock.advance(250);
    expect(fixture.underWay()).toEqual(['start a', 'start b', 'stop x']);
    await fixture.end('stop x');
    expect(fixture.underWay()).toEqual(['start a', 'start b', 'stop y']);
    await fixture.end('start b');
    expect(fixture.underWay()).toEqual(['start a', 'stop y', 'start c']);
  });

  it('starts that wait for their image leave their places to others, but not to any number', async () => {
    const world = makeWorld();
    const never = () => new Promise<never>(() => undefined);
    const begun: string[] = [];
    const run = (held: HeldClaim) => {
      begun.push(held.claim.gameId);
      return held.claim.gameId.startsWith('pulls') ? held.whileWaiting(never) : never();
    };
    for (let n = 0; n < 20; n += 1) await enqueue(world, startJob(undefined, `pulls-${n}`));
    await makeWorkerFixture(world, { run }).open();
    await world.clock.advance(900);
    expect(begun).toHaveLength(2);
    await world.clock.advance(30_000);
    expect(begun).toHaveLength(2 + 2 * 4);
  });

  it('a start of another game begins while the images of as many as there is room for do not come', async () => {
    const world = makeWorld();
    const never = () => new Promise<never>(() => undefined);
    const begun: string[] = [];
    const run = async (held: HeldClaim): Promise<void> => {
      begun.push(held.claim.gameId);
      await (held.claim.gameId.startsWith('pulls') ? held.whileWaiting(never) : never());
    };
    await enqueueAll(world, ...['pulls-1', 'pulls-2', 'a', 'b', 'c'].map((game) => startJob(undefined, game)));
    await makeWorkerFixture(world, { run }).open();
    await world.clock.advance(60_000);
    expect(begun).toEqual(['pulls-1', 'pulls-2', 'a', 'b']);
  });

  it('a full process asks for nothing', async () => {
    const world = makeWorld();
    let asked = 0;
    const journal = intercept('journal', world.journal, async (call) => {
      if (call.method === 'claim') asked += 1;
      return call.go();
    });
    await enqueueAll(world, startJob(undefined, 'a'), startJob(undefined, 'b'), stopJob('c'));
    const fixture = makeWorkerFixture(world, { journal });
    await fixture.open();
    expect(asked).toBe(1);
    await world.clock.advance(10_000);
    expect(asked).toBe(1);
  });
});

describe('when it looks', () => {
  it('at once when woken or when something has ended, otherwise every 250 ms', async () => {
    const world = makeWorld();
    const fixture = makeWorkerFixture(world);
    await fixture.open();
    await enqueue(world, startJob(undefined, 'a'));
    fixture.wakeup.wake();
    await world.clock.advance(0);
    expect(fixture.underWay()).toEqual(['start a']);
    await enqueue(world, startJob(undefined, 'b'));
    await world.clock.advance(249);
    expect(fixture.underWay()).toEqual(['start a']);
    await world.clock.advance(1);
    expect(fixture.underWay()).toEqual(['start a', 'start b']);
    await enqueue(world, startJob(undefined, 'c'));
    await fixture.end('start a');
    expect(fixture.underWay()).toEqual(['start b', 'start c']);
  });

  it('what a claim learned is kept from then on, until it has ended', async () => {
    const world = makeWorld();
    await enqueue(world, startJob(undefined, 'a'));
    const fixture = makeWorkerFixture(world);
    await fixture.open();
    expect(fixture.keeper.held()).toHaveLength(1);
    expect(world.events).toContainEqual(expect.objectContaining({ kind: 'operation_claimed' }));
    await fixture.end('start a');
    expect(fixture.keeper.held()).toEqual([]);
  });
});

describe('what others hold', () => {
  const claimedByAnother = async (world: World) => {
    const [opId = ''] = await enqueueAll(world, startJob(undefined, 'a'));
    await world.journal.claim(claimRequest({ holder: 'another', ttlMs: TTL_MS, takeOver: false }));
    return opId;
  };

  it('is taken over once its claim has expired', async () => {
    const world = makeWorld();
    await claimedByAnother(world);
    const fixture = makeWorkerFixture(world);
    await fixture.open();
    await world.clock.advance(TTL_MS - 1);
    expect(fixture.begun).toEqual([]);
    await world.clock.advance(500);
    expect(fixture.begun).toEqual(['start a']);
    expect(fixture.held('start a')?.claim.attempt).toBe(2);
  });

  it('is not taken over by a process that has just come up, or whose store has just come back', async () => {
    const world = makeWorld();
    await claimedByAnother(world);
    await world.clock.advance(TTL_MS * 2);
    let isAway = false;
    const journal = intercept('journal', world.journal, async (call) => {
      if (isAway) throw faultOf('postgres');
      return call.go();
    });
    const fixture = makeWorkerFixture(world, { journal });
    await fixture.open();
    await world.clock.advance(TTL_MS - 500);
    isAway = true;
    await world.clock.advance(1000);
    isAway = false;
    await world.clock.advance(TTL_MS - 1);
    expect(fixture.begun).toEqual([]);
    await world.clock.advance(2000);
    expect(fixture.begun).toEqual(['start a']);
  });

  it('is not taken over by a process that was full, and could not notice that the store was away', async () => {
    const world = makeWorld();
    const fixture = makeWorkerFixture(world, { places: { start: 1, turn: 1, other: 1 } });
    await enqueueAll(world, startJob(undefined, 'mine'), stopJob('mine-too'));
    await fixture.open();
    await claimedByAnother(world);
    // All this time nothing is asked of the store.
    await world.clock.advance(TTL_MS * 3);
    await fixture.end('start mine');
    await world.clock.advance(TTL_MS - 1);
    expect(fixture.begun).toEqual(['start mine', 'stop mine-too']);
    await world.clock.advance(500);
    expect(fixture.begun).toEqual(['start mine', 'stop mine-too', 'start a']);
  });

  it('its own work is never taken over from itself', async () => {
    const world = makeWorld();
    const [opId = ''] = await enqueueAll(world, startJob(undefined, 'a'));
    const fixture = makeWorkerFixture(world);
    await fixture.open();
    await world.clock.advance(TTL_MS * 4);
    expect(operationOf(world, opId)).toMatchObject({ attempt: 1 });
    expect(fixture.begun).toEqual(['start a']);
  });

  it('a released claim is taken up at its time without that wait', async () => {
    const world = makeWorld();
    await claimedByAnother(world);
    const claim = { opId: world.database.operations[0]?.opId ?? '', attempt: 1 };
    await world.journal.releaseClaim(claim, { reason: 'outage', delayMs: 1000, unavailableMs: 0 });
    const fixture = makeWorkerFixture(world);
    await fixture.open();
    await world.clock.advance(1250);
    expect(fixture.begun).toEqual(['start a']);
  });
});

describe('a shutdown', () => {
  it('ends what can end by itself, and returns as soon as it has', async () => {
    const world = makeWorld();
    const [opId = ''] = await enqueueAll(world, startJob(undefined, 'a'));
    const run = (held: HeldClaim) => new Promise<void>((end) => held.signal.addEventListener('abort', () => end()));
    const fixture = makeWorkerFixture(world, { run });
    await fixture.open();
    fixture.stopping.abort();
    await pass(world, fixture.worker.shutDown(60_000), 0);
    expect(operationOf(world, opId)).toMatchObject({ holder: expect.any(String) });
    expect(fixture.keeper.held()).toEqual([]);
  });

  it('releases the claim of what does not end within its time, without counting a failure', async () => {
    const world = makeWorld();
    const [opId = ''] = await enqueueAll(world, startJob(undefined, 'a'));
    const fixture = makeWorkerFixture(world);
    await fixture.open();
    fixture.stopping.abort();
    const before = world.clock.monotonicMs();
    await pass(world, fixture.worker.shutDown(1500), 1500);
    expect(world.clock.monotonicMs() - before).toBe(1500);
    expect(operationOf(world, opId)).toMatchObject({ status: 'running', holder: null });
    const other = makeWorkerFixture(world);
    await other.open();
    expect(other.held('start a')?.claim).toMatchObject({ attempt: 2, failures: 0 });
  });

  it('does not need the store', async () => {
    const world = makeWorld();
    await enqueue(world, startJob(undefined, 'a'));
    const journal = intercept('journal', world.journal, async (call) => {
      if (call.method === 'releaseClaim') throw faultOf('postgres');
      return call.go();
    });
    const fixture = makeWorkerFixture(world, { journal });
    await fixture.open();
    fixture.stopping.abort();
    await expect(pass(world, fixture.worker.shutDown(100))).resolves.toBeUndefined();
  });

  it('waits 400 ms for a store that does not answer, and leaves the rest to the end of the claims', async () => {
    const world = makeWorld();
    await enqueue(world, startJob(undefined, 'a'));
    const journal = intercept('journal', world.journal, (call) =>
      call.method === 'releaseClaim' ? new Promise(() => undefined) : call.go(),
    );
    const fixture = makeWorkerFixture(world, { journal });
    await fixture.open();
    fixture.stopping.abort();
    const before = world.clock.monotonicMs();
    await pass(world, fixture.worker.shutDown(1500), 1900);
    expect(world.clock.monotonicMs() - before).toBe(1900);
  });

  it('a claim that is answered after it is ended as well', async () => {
    const world = makeWorld();
    await enqueue(world, startJob(undefined, 'a'));
    const journal = intercept('journal', world.journal, async (call) => {
      await world.clock.sleep(500);
      return call.go();
    });
    const fixture = makeWorkerFixture(world, { journal });
    await fixture.open();
    fixture.stopping.abort();
    await pass(world, fixture.worker.shutDown(0));
    await world.clock.advance(1000);
    expect(fixture.held('start a')?.ended).toBe('shutdown');
  });
});
