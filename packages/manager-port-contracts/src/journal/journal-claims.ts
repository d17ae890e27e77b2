import { randomUUID } from 'node:crypto';
import type { Claim } from '@galaxy/manager-ports';
import { record } from '@galaxy/port-contracts';
import { expect, it } from 'vitest';
import {
  anything,
  claimed,
  claimOne,
  finishWell,
  gameId,
  invalidOf,
  LONG_MS,
  queue,
  SHORT_MS,
  startOf,
  stopOf,
  takenOver,
} from '../database/database-samples.js';
import type { DatabaseUnderTest } from '../database/database-under-test.js';

const games = (claims: readonly Claim[]) => claims.map(({ gameId }) => gameId);

/** What {@link OperationJournal} promises of claims, take-overs and renewals. */
export function claimPromises(opened: () => DatabaseUnderTest): void {
  it('claims nothing when nothing is queued', async () => {
    expect(await opened().journal.claim(anything())).toEqual([]);
  });

  it('gives a claim with everything that is known', async () => {
    const job = startOf(gameId());
    const stored = record(job.job.gameId, 'stopped');
    await opened().records.upsert(stored);
    await queue(opened(), job);
    expect(await opened().journal.claim(anything())).toEqual([
      {
        opId: job.opId,
        attempt: 1,
        ord: expect.any(BigInt),
        gameId: job.job.gameId,
        source: 'lobby',
        sourceRef: job.entryId,
        job: job.job,
        entry: { stream: job.stream, entryId: job.entryId, raw: job.raw },
        progress: null,
        record: stored,
        superseded: false,
        place: 'start',
        failures: 0,
        unavailableMs: 0,
      },
    ]);
  });

  it('claims per game the oldest queued one, if nothing of the game runs', async () => {
    const [a, b] = [gameId(), gameId()];
    const [a1, a2, b1] = [startOf(a), stopOf(a), stopOf(b)];
    await queue(opened(), a1, a2, b1);
    const first = await opened().journal.claim(anything());
    expect(first.map(({ opId }) => opId)).toEqual([a1.opId, b1.opId]);
    expect(await opened().journal.claim(anything())).toEqual([]);
    for (const claim of first) await finishWell(opened(), claim);
    expect(await claimOne(opened())).toMatchObject({ opId: a2.opId, attempt: 1, record: null });
  });

  it('claims at most so many starts, and at most so many of all others, oldest first', async () => {
    const jobs = Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? startOf(gameId()) : stopOf(gameId())));
    await queue(opened(), ...jobs);
    const claims = await opened().journal.claim(anything({ places: { start: 3, other: 1 } }));
    expect(claims.map(({ opId }) => opId)).toEqual([0, 1, 2, 4].map((n) => jobs[n]?.opId));
    expect(await opened().journal.claim(anything({ places: { start: 0, other: 0 } }))).toEqual([]);
    expect(games(await opened().journal.claim(anything({ places: { start: 0 } })))).toEqual([3, 5, 7].map((n) => jobs[n]?.job.gameId));
  });

  it('never claims a later operation of a game because the oldest is of a kind with no room', async () => {
    const game = gameId();
    await queue(opened(), stopOf(game), startOf(game));
    expect(await opened().journal.claim(anything({ places: { other: 0 } }))).toEqual([]);
  });

  it("does not let one game's backlog hide other games", async () => {
    const busy = gameId('busy');
    const waiting = gameId('waiting');
    const others = Array.from({ length: 5 }, () => gameId());
    await queue(opened(), startOf(busy), ...Array.from({ length: 3000 }, () => startOf(waiting)), ...others.map(stopOf));
    await claimOne(opened(), { places: { start: 1, other: 0 } });
    // `waiting` is not running: its starts stand in front of everything, and there is no room for one.
    expect(games(await opened().journal.claim(anything({ places: { start: 0 } })))).toEqual(others);
  });

  it('gives none of concurrent calls the same operation, nor two operations of one game, and each game its order', async () => {
    const jobs = Array.from({ length: 150 }, (_, n) => (n % 4 === 0 ? stopOf(`race-${n % 50}`) : startOf(`race-${n % 50}`)));
    await queue(opened(), ...jobs);
    const running = new Set<string>();
    const done: string[] = [];
    const worker = async () => {
      const holder = randomUUID();
      for (let idle = 0; idle < 3; ) {
        const claims = await opened().journal.claim(anything({ holder, places: { start: 2, other: 2 }, takeOver: true }));
        idle = claims.length === 0 ? idle + 1 : 0;
        for (const claim of claims) {
          expect(running.has(claim.gameId)).toBe(false);
          running.add(claim.gameId);
        }
        for (const claim of claims) {
          done.push(claim.opId);
          running.delete(claim.gameId);
          expect(await finishWell(opened(), claim)).toMatchObject({ kind: 'applied' });
        }
      }
    };
    await Promise.all(Array.from({ length: 20 }, worker));
    // The workers may all have paused while the last operations ran.
    await worker();
    expect(done).toHaveLength(150);
    for (let game = 0; game < 50; game++) {
      const ids = jobs.filter(({ job }) => job.gameId === `race-${game}`).map(({ opId }) => opId);
      expect(done.filter((opId) => ids.includes(opId))).toEqual(ids);
    }
  });

  it('gives one operation to one of many calls at the same moment', async () => {
    const game = gameId();
    await queue(opened(), startOf(game), startOf(game), stopOf(game));
    const all = await Promise.all(Array.from({ length: 12 }, () => opened().journal.claim(anything())));
    expect(all.flat()).toHaveLength(1);
  });

  it('takes an expired claim over, first of all and in its order', async () => {
    const [old, fresh] = [startOf(gameId()), startOf(gameId())];
    await queue(opened(), old);
    await claimOne(opened(), { ttlMs: SHORT_MS });
    await queue(opened(), fresh);
    await opened().elapse(SHORT_MS + 50);
    const [first] = await opened().journal.claim(anything({ places: { start: 1 } }));
    expect(first).toMatchObject({ opId: old.opId, attempt: 2 });
    const [second] = await opened().journal.claim(anything({ places: { start: 1 } }));
    expect(second).toMatchObject({ opId: fresh.opId, attempt: 1 });
  });

  it('takes nothing over before it expired', async () => {
    await claimed(opened());
    expect(await opened().journal.claim(anything())).toEqual([]);
  });

  it('takes nothing over when that is not allowed, nor from itself', async () => {
    const claim = await claimed(opened(), { ttlMs: SHORT_MS });
    await opened().elapse(SHORT_MS + 50);
    expect(await opened().journal.claim(anything({ takeOver: false }))).toEqual([]);
    expect(await opened().journal.claim(anything({ inFlight: [randomUUID(), claim.opId] }))).toEqual([]);
    expect(await claimOne(opened(), { inFlight: [randomUUID()] })).toMatchObject({ opId: claim.opId, attempt: 2 });
  });

  it('gives a take-over to one of many calls at the same moment', async () => {
    await claimed(opened(), { ttlMs: SHORT_MS });
    await opened().elapse(SHORT_MS + 50);
    const all = await Promise.all(Array.from({ length: 12 }, () => opened().journal.claim(anything())));
    expect(all.flat()).toHaveLength(1);
  });

  it('gives a take-over the record as it is at the moment of the claim', async () => {
    const claim = await claimed(opened(), { ttlMs: SHORT_MS });
    const stored = record(claim.gameId, 'starting', { currentContainerId: null });
    const progress = { op: 'start', step: 'intent', previous: null, containerId: null } as const;
    await opened().journal.advance(claim, progress, { kind: 'insert', record: stored });
    expect(await takenOver(opened())).toMatchObject({ opId: claim.opId, record: stored, progress });
  });

  it('answers entries that could not be decoded in their turn', async () => {
    const game = gameId();
    const [first, second] = [invalidOf(game, 'start'), stopOf(game)];
    await queue(opened(), first, second);
    const claim = await claimOne(opened());
    expect(claim).toMatchObject({ opId: first.opId, job: first.job });
    await finishWell(opened(), claim);
    expect(await claimOne(opened())).toMatchObject({ opId: second.opId });
  });

  it('says that a start is superseded when a later valid stop of the game is queued', async () => {
    const [superseded, invalid, alone] = [gameId(), gameId(), gameId()];
    await queue(opened(), startOf(superseded), startOf(invalid), invalidOf(invalid, 'stop'), startOf(alone), stopOf(superseded));
    const claims = await opened().journal.claim(anything());
    expect(claims.map(({ gameId, superseded }) => [gameId, superseded])).toEqual([
      [superseded, true],
      [invalid, false],
      [alone, false],
    ]);
    await queue(opened(), stopOf(alone), stopOf(invalid));
    const states = await opened().journal.renew(claims, LONG_MS);
    expect(states.map(({ state }) => state)).toEqual(['superseded', 'superseded', 'superseded']);
  });

  it('says of nothing but a start that it is superseded', async () => {
    const game = gameId();
    await queue(opened(), stopOf(game), stopOf(game));
    const claim = await claimOne(opened());
    expect(claim.superseded).toBe(false);
    expect(await opened().journal.renew([claim], LONG_MS)).toMatchObject([{ state: 'held' }]);
  });

  it('is not superseded by an earlier stop, nor by one of another game', async () => {
    const [a, b] = [gameId(), gameId()];
    await queue(opened(), stopOf(a), startOf(a), startOf(b));
    const [first] = await opened().journal.claim(anything({ places: { start: 0 } }));
    if (first !== undefined) await finishWell(opened(), first);
    const claims = await opened().journal.claim(anything());
    expect(claims.map(({ superseded }) => superseded)).toEqual([false, false]);
  });

  it('extends the claims and tells the state of each, in the order given', async () => {
    await queue(opened(), startOf(gameId()), startOf(gameId()));
    const [a, b] = await opened().journal.claim(anything({ ttlMs: SHORT_MS }));
    if (a === undefined || b === undefined) throw new Error('two claims expected');
    const unknown = { opId: randomUUID(), attempt: 1 };
    const previous = { opId: a.opId, attempt: a.attempt + 1 };
    expect(await opened().journal.renew([b, unknown, a, previous], LONG_MS)).toEqual([
      { opId: b.opId, attempt: 1, state: 'held' },
      { ...unknown, state: 'lost' },
      { opId: a.opId, attempt: 1, state: 'held' },
      { ...previous, state: 'lost' },
    ]);
    await opened().elapse(SHORT_MS + 50);
    expect(await opened().journal.claim(anything())).toEqual([]);
    expect(await opened().journal.renew([], LONG_MS)).toEqual([]);
  });

  it('renews an expired claim while the attempt is unchanged, and none after a take-over', async () => {
    const claim = await claimed(opened(), { ttlMs: SHORT_MS });
    await opened().elapse(SHORT_MS + 50);
    expect(await opened().journal.renew([claim], SHORT_MS)).toMatchObject([{ state: 'held' }]);
    const next = await takenOver(opened());
    expect(await opened().journal.renew([claim, next], LONG_MS)).toMatchObject([{ state: 'lost' }, { state: 'held' }]);
  });
}
