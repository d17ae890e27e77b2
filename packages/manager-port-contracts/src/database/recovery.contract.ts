import type { Recovery } from '@galaxy/manager-ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anything, claimOne, deadLetter, finishWell, gameId, intakeOf, queue, startOf, stopOf, takeLease } from './database-samples.js';
import type { DatabaseUnderTest } from './database-under-test.js';

/** The promises of {@link Recovery}, for an adapter to pass. `open` gives an empty database each time. */
export function recoveryContract(name: string, open: () => Promise<DatabaseUnderTest>): void {
  describe(`Recovery: ${name}`, () => {
    let database: DatabaseUnderTest;
    let recovery: Recovery;
    beforeEach(async () => {
      database = await open();
      recovery = database.recovery;
    });
    afterEach(() => database.close());

    it('ends what is queued and what runs, and publishes nothing for it', async () => {
      const game = gameId();
      await queue(database, startOf(game));
      const claim = await claimOne(database);
      await queue(database, stopOf(game));
      await database.holds.set('restored', 'a test');
      expect(await recovery.closeOperations('closed "here"')).toBe(2);
      expect(await recovery.closeOperations('again')).toBe(0);
      expect(await database.log.listByGame(game, { limit: 10 })).toMatchObject([
        { op: 'stop', status: 'failed', errorCode: 'internal_error', errorMessage: 'closed "here"' },
        { op: 'start', status: 'failed', errorCode: 'internal_error', errorMessage: 'closed "here"' },
      ]);
      expect(await database.outbox.pending(10)).toEqual([]);
      await database.holds.clear('restored');
      expect(await database.journal.claim(anything())).toEqual([]);
      expect(await database.journal.renew([claim], 1000)).toMatchObject([{ state: 'lost' }]);
    });

    it('leaves alone what has ended, and everything while there is no such hold', async () => {
      const game = gameId();
      await queue(database, startOf(game));
      await finishWell(database, await claimOne(database));
      await queue(database, stopOf(game));
      await database.holds.set('mass_change', 'a test');
      expect(await recovery.closeOperations('closed')).toBe(0);
      expect((await database.log.listByGame(game, { limit: 10 })).map(({ status }) => status)).toEqual(['queued', 'succeeded']);
      await database.holds.set('restored', 'a test');
      expect(await recovery.closeOperations('closed')).toBe(1);
      expect((await database.log.listByGame(game, { limit: 10 })).map(({ status }) => status)).toEqual(['failed', 'succeeded']);
    });

    it('tells the last number of each lane, in the order asked', async () => {
      const [a, b] = [gameId(), gameId()];
      for (const game of [a, b, a]) {
        await queue(database, stopOf(game));
        await finishWell(database, await claimOne(database));
      }
      await database.journal.ingest(intakeOf(await takeLease(database), [], [deadLetter('stop_jobs')]));
      const lanes = [
        { kind: 'job_result', lane: b },
        { kind: 'dead_letter', lane: 'stop_jobs' },
        { kind: 'job_result', lane: 'never heard of' },
        { kind: 'dead_letter', lane: a },
        { kind: 'job_result', lane: a },
      ] as const;
      expect(await recovery.lastNumbers(lanes)).toEqual([1n, 1n, 0n, 0n, 2n]);
      expect(await recovery.lastNumbers([])).toEqual([]);
    });
  });
}
