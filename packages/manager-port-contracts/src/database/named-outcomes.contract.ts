import { outboxLane } from '@galaxy/manager-ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  anything,
  claimOne,
  deadLetter,
  failure,
  finishWell,
  gameId,
  marksOf,
  queue,
  startOf,
  stopOf,
  success,
  takeLease,
} from './database-samples.js';
import type { DatabaseUnderTest } from './database-under-test.js';
import { STREAM_KEYS_TESTED } from './database-under-test.js';

const EVER = 60_000;

/** What a database promises of named outcomes, for an adapter to pass. `open` gives an empty database each time. */
export function namedOutcomesContract(name: string, open: () => Promise<DatabaseUnderTest>): void {
  describe(`named outcomes: ${name}`, () => {
    let database: DatabaseUnderTest;
    beforeEach(async () => {
      database = await open();
    });
    afterEach(() => database.close());

    const naming = () => ({ ...database, journal: database.namingJournal });
    const outcomes = async () => {
      const entries = await database.outbox.pending(100);
      return entries.flatMap((entry) => (entry.kind === 'job_outcome' ? [entry] : []));
    };
    const actOf = async (game: string) => {
      const lease = await takeLease(database);
      await database.reconcileQueue.queue(lease, [
        { opId: crypto.randomUUID(), job: { kind: 'reconcile', gameId: game, verdict: 'remove', orphans: [], reason: '' } },
      ]);
    };

    it('adds one beside each result, with the names of its job and the number of the result', async () => {
      const game = gameId();
      const claims = [];
      for (const job of [startOf(game), stopOf(game)]) {
        await queue(database, job);
        claims.push(await claimOne(database));
        await finishWell(naming(), claims.at(-1) ?? expect.fail());
      }
      expect((await outcomes()).map(({ message }) => message)).toEqual(
        claims.map(({ opId, sourceRef, entry }, n) => ({
          number: BigInt(n + 1),
          outcome: {
            result: success(game).result,
            jobStream: STREAM_KEYS_TESTED[entry?.stream ?? expect.fail()],
            jobEntryId: sourceRef,
            opId,
            number: BigInt(n + 1),
          },
        })),
      );
    });

    it('is returned behind the result, and again when the end is repeated, as the outbox has both', async () => {
      const game = gameId();
      await queue(database, stopOf(game));
      const claim = await claimOne(database);
      const { letter } = deadLetter('stop_jobs');
      const first = await database.namingJournal.finish(claim, { ...failure(game), deadLetter: letter });
      const publish = await database.outbox.pending(10);
      expect(first).toEqual({ kind: 'applied', publish });
      expect(publish.map(({ kind }) => kind)).toEqual(['job_result', 'job_outcome', 'dead_letter']);
      expect(await database.namingJournal.finish(claim, success(game))).toEqual({ kind: 'already_mine', publish });
    });

    it('is returned as many times as operations end at the same moment, each to its own', async () => {
      const games = Array.from({ length: 20 }, () => gameId());
      await queue(database, ...games.map((game) => stopOf(game)));
      const claims = await database.journal.claim(anything());
      const finished = await Promise.all(claims.map((claim) => finishWell(naming(), claim)));
      const named = finished.map((one) => ('publish' in one ? one.publish.map((entry) => `${entry.kind} ${outboxLane(entry).lane}`) : []));
      expect(named).toEqual(claims.map((claim) => [`job_result ${claim.gameId}`, `job_outcome ${claim.gameId}`]));
    });

    it('numbers them apart from the results: what ended while they were off has none', async () => {
      const game = gameId();
      await queue(database, startOf(game));
      await finishWell(database, await claimOne(database));
      await queue(database, stopOf(game));
      await finishWell(naming(), await claimOne(database));
      expect((await outcomes()).map(({ message }) => [message.number, message.outcome.number])).toEqual([[1n, 2n]]);
    });

    it('adds one with the failure, once, however often the end is repeated', async () => {
      const game = gameId();
      await queue(database, stopOf(game));
      const claim = await claimOne(database);
      await Promise.all(Array.from({ length: 8 }, () => database.namingJournal.finish(claim, failure(game))));
      expect((await outcomes()).map(({ message }) => message.outcome.result)).toEqual([failure(game).result]);
    });

    it('adds none for what the reconciler does by itself', async () => {
      const game = gameId();
      await actOf(game);
      await finishWell(naming(), await claimOne(database, anything()));
      expect(await database.outbox.pending(10)).toEqual([]);
    });

    it('leaves them unseen and as they are for an outbox that has them switched off', async () => {
      const game = gameId();
      await queue(database, stopOf(game));
      await finishWell(naming(), await claimOne(database));
      const off = database.outboxWithoutOutcomes;
      expect((await off.pending(10)).map(({ kind }) => kind)).toEqual(['job_result']);
      expect((await off.backlog()).pending).toBe(1);
      await database.outbox.markPublished(marksOf(...(await database.outbox.pending(10))));
      expect((await off.lately(EVER)).map(({ kind }) => kind)).toEqual(['job_result']);
      expect((await off.takeBack([], EVER)).takenBack).toBe(1);
      expect((await database.outbox.pending(10)).map(({ kind }) => kind)).toEqual(['job_result']);
      expect((await database.outbox.takeBack([], EVER)).takenBack).toBe(1);
      expect(await outcomes()).toHaveLength(1);
    });
  });
}
