import { expect, it } from 'vitest';
import { anything, claimOne, finishWell, gameId, invalidOf, queue, startOf, stopOf } from '../database/database-samples.js';
import type { DatabaseUnderTest } from '../database/database-under-test.js';

const NO_STARTS = { places: { start: 0, turn: 0 } };

/** What {@link OperationJournal} promises of queued operations that a later one of their game ends before they have begun. */
export function earlyEndPromises(opened: () => DatabaseUnderTest): void {
  it('a start takes a place of `other` when a later stop of its game is queued, and the stop comes next', async () => {
    const game = gameId();
    const [first, start, stop] = [startOf(gameId()), startOf(game), stopOf(game)];
    await queue(opened(), first, start, startOf(game), stop);
    const claim = await claimOne(opened(), NO_STARTS);
    expect(claim).toMatchObject({ opId: start.opId, attempt: 1, place: 'other', superseded: true });
    await finishWell(opened(), claim);
    const second = await claimOne(opened(), NO_STARTS);
    expect(second).toMatchObject({ gameId: game, place: 'other', superseded: true });
    await finishWell(opened(), second);
    expect(await claimOne(opened(), NO_STARTS)).toMatchObject({ opId: stop.opId, place: 'other', superseded: false });
  });

  it('each of them takes one of these places, at the turn of its first stop', async () => {
    const games = [gameId(), gameId(), gameId()] as const;
    const starts = games.map(startOf);
    await queue(opened(), ...starts, stopOf(games[2]), stopOf(games[2]), stopOf(games[0]), stopOf(games[1]));
    const claims = await opened().journal.claim(anything({ places: { start: 0, other: 2 } }));
    expect(claims.map(({ opId }) => opId)).toEqual([starts[0]?.opId, starts[2]?.opId]);
    expect(await opened().journal.claim(anything({ places: { start: 0, other: 0 } }))).toEqual([]);
    const start = startOf(gameId());
    await queue(opened(), start);
    const rest = await opened().journal.claim(anything({ places: { start: 2, other: 1 } }));
    expect(rest.map(({ opId, place }) => [opId, place])).toEqual([
      [starts[1]?.opId, 'other'],
      [start.opId, 'start'],
    ]);
  });

  it('a start waits for a place of its own when nothing of its game asks for its end', async () => {
    const [alone, invalid, busy] = [gameId(), gameId(), gameId()];
    await queue(opened(), startOf(busy));
    await claimOne(opened());
    await queue(opened(), startOf(alone), startOf(invalid), invalidOf(invalid, 'stop'), startOf(busy), stopOf(busy));
    expect(await opened().journal.claim(anything(NO_STARTS))).toEqual([]);
  });

  it('is given to one of many calls at the same moment', async () => {
    const game = gameId();
    await queue(opened(), startOf(game), stopOf(game));
    const all = await Promise.all(Array.from({ length: 12 }, (_, n) => opened().journal.claim(anything(n % 2 === 0 ? NO_STARTS : {}))));
    expect(all.flat()).toHaveLength(1);
  });
}
