import type { JobToQueue, PruneOutcome } from '@galaxy/manager-ports';
import { record } from '@galaxy/port-contracts';
import { RuntimeNotFoundError } from '@galaxy/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anything, claimOne, finishWell, gameId, intakeOf, queue, SHORT_MS, startOf, stopOf, takeLease } from './database-samples.js';
import type { DatabaseUnderTest } from './database-under-test.js';

/** Operations that ended longer ago than this are deleted. */
const KEEP_MS = 10_000;
const LONG_AGO = new Date(0);
const FAR_AHEAD = '9999999999999-0';

/** The promises of {@link History}, for an adapter to pass. `open` gives an empty database each time. */
export function historyContract(name: string, open: () => Promise<DatabaseUnderTest>): void {
  describe(`History: ${name}`, () => {
    let database: DatabaseUnderTest;
    beforeEach(async () => {
      database = await open();
    });
    afterEach(() => database.close());

    const work = async (...jobs: JobToQueue[]): Promise<void> => {
      for (const job of jobs) {
        await queue(database, job);
        await finishWell(database, await claimOne(database));
      }
    };
    const growOld = () => database.elapse(SHORT_MS);
    const opsOf = async (game: string) => (await database.log.listByGame(game, { limit: 100 })).map(({ opId }) => opId).reverse();
    const pruned = async (pruning: 'pruneOperations' | 'pruneRecords', limit = 100): Promise<PruneOutcome> => {
      const lease = await takeLease(database);
      const outcome = await database.history[pruning](lease, { keepMs: KEEP_MS, limit });
      await database.leases.release(lease);
      return outcome;
    };
    const ingestAgain = async (...jobs: JobToQueue[]): Promise<number> => {
      const lease = await takeLease(database);
      const outcome = await database.journal.ingest(intakeOf(lease, jobs));
      await database.leases.release(lease);
      return outcome.kind === 'ingested' ? outcome.queued : -1;
    };

    describe('pruneOperations', () => {
      it('deletes old operations that have ended, and none that is young, queued or running', async () => {
        const [gone, young, queued, running] = [gameId(), gameId(), gameId(), gameId()];
        await work(stopOf(gone), stopOf(gone));
        await queue(database, stopOf(running));
        await claimOne(database);
        await queue(database, stopOf(queued));
        await growOld();
        const lease = await takeLease(database);
        const fresh = stopOf(young);
        await database.journal.ingest(intakeOf(lease, [fresh]));
        await database.leases.release(lease);
        const claims = await database.journal.claim(anything({ places: { start: 0, turn: 0, other: 0 }, takeOver: false }));
        for (const claim of claims) if (claim.gameId === young) await finishWell(database, claim);
        expect(await pruned('pruneOperations')).toEqual({ kind: 'pruned', looked: 2, deleted: 2 });
        expect(await opsOf(gone)).toEqual([]);
        for (const game of [young, queued, running]) expect(await opsOf(game)).toHaveLength(1);
      });

      it('keeps the last operation of a game that has a record, until a later one is as old', async () => {
        const game = gameId();
        await database.records.upsert(record(game));
        const jobs = [stopOf(game), stopOf(game), stopOf(game), stopOf(game)] as const;
        await work(jobs[0], jobs[1]);
        await growOld();
        expect(await pruned('pruneOperations')).toEqual({ kind: 'pruned', looked: 2, deleted: 1 });
        expect(await opsOf(game)).toEqual([jobs[1].opId]);
        await work(jobs[2]);
        expect(await pruned('pruneOperations')).toEqual({ kind: 'pruned', looked: 0, deleted: 0 });
        await growOld();
        expect(await pruned('pruneOperations')).toEqual({ kind: 'pruned', looked: 1, deleted: 1 });
        expect(await opsOf(game)).toEqual([jobs[2].opId]);
      });

      it('goes on where the last call ended, so that what stays is looked at once', async () => {
        const games = [gameId(), gameId(), gameId(), gameId(), gameId()];
        for (const game of games) {
          await database.records.upsert(record(game));
          await work(stopOf(game));
        }
        await growOld();
        const looked = [];
        for (let call = 0; call < 4; call++) looked.push(await pruned('pruneOperations', 2));
        expect(looked.map((outcome) => outcome.kind === 'pruned' && outcome.looked)).toEqual([2, 2, 1, 0]);
        for (const game of games) expect(await opsOf(game)).toHaveLength(1);
      });

      it('deletes nothing when the lease belongs to another process by now', async () => {
        const game = gameId();
        await work(stopOf(game));
        const previous = await takeLease(database, KEEP_MS);
        await growOld();
        await takeLease(database);
        for (const pruning of ['pruneOperations', 'pruneRecords'] as const) {
          expect(await database.history[pruning](previous, { keepMs: KEEP_MS, limit: 100 })).toEqual({ kind: 'lost' });
        }
        expect(await opsOf(game)).toHaveLength(1);
      });
    });

    describe('an entry whose operation was deleted', () => {
      it('is not ingested again, nor any before it; what comes after it is', async () => {
        const [before, deleted, after] = [stopOf(gameId()), stopOf(gameId()), stopOf(gameId())];
        const [start, otherStream] = [startOf(gameId()), { ...startOf(gameId()), entryId: before.entryId }];
        await work(deleted);
        await growOld();
        expect(await pruned('pruneOperations')).toMatchObject({ deleted: 1 });
        expect(await ingestAgain(before, deleted, { ...deleted, payloadHash: 'another' })).toBe(0);
        expect(await ingestAgain(after, start, otherStream)).toBe(3);
      });

      it('is compared by number, whatever the length of its id', async () => {
        const deleted = { ...stopOf(gameId()), entryId: '900-18446744073709551615' };
        await work(deleted);
        await growOld();
        await pruned('pruneOperations');
        expect(await ingestAgain({ ...deleted, payloadHash: 'another' }, { ...stopOf(gameId()), entryId: '99-7' })).toBe(0);
        expect(await ingestAgain({ ...stopOf(gameId()), entryId: '1000-0' })).toBe(1);
      });

      it('far ahead of the clock does not keep out the ones after it: its operation stays, and so it is known', async () => {
        const ahead = { ...stopOf(gameId()), entryId: FAR_AHEAD };
        await work(ahead);
        await growOld();
        expect(await pruned('pruneOperations')).toEqual({ kind: 'pruned', looked: 1, deleted: 0 });
        expect(await ingestAgain(ahead)).toBe(0);
        expect(await ingestAgain(stopOf(gameId()))).toBe(1);
      });
    });

    describe('pruneRecords', () => {
      it('deletes old removed records with the last operation of their game, and no others', async () => {
        const [gone, never, young, stopped] = [gameId(), gameId(), gameId(), gameId()];
        await database.records.upsert(record(gone, 'removed', { removedAt: LONG_AGO, lastOpAt: LONG_AGO }));
        // Stored from outside, without the time of its removal.
        await database.records.upsert(record(never, 'removed', { createdAt: LONG_AGO, removedAt: null, lastOpAt: LONG_AGO }));
        await database.records.upsert(record(young, 'removed', { removedAt: LONG_AGO, lastOpAt: new Date('2100-01-01T00:00:00Z') }));
        await database.records.upsert(record(stopped, 'stopped', { lastOpAt: LONG_AGO }));
        const last = stopOf(gone);
        await work(stopOf(gone), last, stopOf(young), stopOf(stopped));
        await growOld();
        await pruned('pruneOperations');
        expect(await opsOf(gone)).toEqual([last.opId]);
        expect(await pruned('pruneRecords')).toEqual({ kind: 'pruned', looked: 2, deleted: 2 });
        for (const game of [gone, never]) {
          await expect(database.records.get(game)).rejects.toThrow(RuntimeNotFoundError);
          expect(await opsOf(game)).toEqual([]);
        }
        for (const game of [young, stopped]) {
          expect((await database.records.get(game)).gameId).toBe(game);
          expect(await opsOf(game)).toHaveLength(1);
        }
        expect(await ingestAgain(last)).toBe(0);
      });

      it('keeps a record while its game has an operation that is open, young, or not passed yet', async () => {
        const [open, recent, notPassed] = [gameId(), gameId(), gameId()];
        for (const game of [open, recent, notPassed])
          await database.records.upsert(record(game, 'removed', { removedAt: LONG_AGO, lastOpAt: LONG_AGO }));
        await work(stopOf(notPassed));
        expect(await pruned('pruneRecords')).toEqual({ kind: 'pruned', looked: 2, deleted: 2 });
        for (const game of [open, recent])
          await database.records.upsert(record(game, 'removed', { removedAt: LONG_AGO, lastOpAt: LONG_AGO }));
        await growOld();
        await work(stopOf(recent));
        await queue(database, stopOf(open));
        await pruned('pruneOperations', 1);
        expect(await pruned('pruneRecords')).toEqual({ kind: 'pruned', looked: 1, deleted: 1 });
        for (const game of [open, recent]) expect(await opsOf(game)).toHaveLength(1);
        expect(await opsOf(notPassed)).toEqual([]);
      });
    });
  });
}
