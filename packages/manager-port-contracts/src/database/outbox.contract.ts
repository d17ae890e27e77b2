import type { Outbox } from '@galaxy/manager-ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addResults, deadLetter, gameId, intakeOf, marksOf, success, takeLease } from './database-samples.js';
import type { DatabaseUnderTest } from './database-under-test.js';
import { describeForgetting } from './outbox-forgetting.js';
import { describeMarks } from './outbox-marks.js';
import { describePruning } from './outbox-pruning.js';

const EVER = 60_000;

/** The promises of {@link Outbox}, for an adapter to pass. `open` gives an empty database each time. */
export function outboxContract(name: string, open: () => Promise<DatabaseUnderTest>): void {
  describe(`Outbox: ${name}`, () => {
    let database: DatabaseUnderTest;
    let outbox: Outbox;
    beforeEach(async () => {
      database = await open();
      outbox = database.outbox;
    });
    afterEach(() => database.close());

    it('holds the oldest entries not marked as published, in the order they were added', async () => {
      const [a, b] = [gameId(), gameId()];
      await addResults(database, a, 1);
      await addResults(database, b, 1);
      await addResults(database, a, 1);
      const pending = await outbox.pending(10);
      expect(pending.map(({ kind, message, epoch }) => [kind, message, epoch])).toEqual([
        ['job_result', { number: 1n, result: success(a).result }, 0n],
        ['job_result', { number: 1n, result: success(b).result }, 0n],
        ['job_result', { number: 2n, result: success(a).result }, 0n],
      ]);
      expect(await outbox.pending(2)).toEqual(pending.slice(0, 2));
    });

    it('gives what is to be sent of a lane: from the first that is not marked, or was lately, everything in order', async () => {
      const [a, b] = [gameId(), gameId()];
      await addResults(database, a, 5);
      await addResults(database, b, 1);
      const all = await outbox.pending(10);
      const [first, second, third, , fifth] = all;
      const lane = (from: bigint, markedWithinMs = EVER, limit = 10) =>
        outbox.lane({ kind: 'job_result', lane: a }, { fromNumber: from, markedWithinMs, limit });
      await outbox.markPublished(marksOf(first, second, fifth));
      await database.elapse(20_000);
      await outbox.markPublished(marksOf(third));
      expect(await lane(1n)).toEqual(all.slice(0, 5));
      expect(await lane(2n, EVER, 2)).toEqual(all.slice(1, 3));
      expect(await lane(1n, 10_000)).toEqual(all.slice(2, 5));
      expect(await lane(4n, 0)).toEqual(all.slice(3, 5));
      expect(await lane(5n, 0)).toEqual([]);
      expect(await lane(6n)).toEqual([]);
      expect(await outbox.lane({ kind: 'dead_letter', lane: a }, { fromNumber: 1n, markedWithinMs: EVER, limit: 10 })).toEqual([]);
    });

    it('carries dead letters whole', async () => {
      const letter = deadLetter('stop_jobs');
      await database.journal.ingest(intakeOf(await takeLease(database), [], [letter]));
      const entries = await outbox.pending(10);
      expect(entries).toMatchObject([{ kind: 'dead_letter', message: { lane: 'stop_jobs', number: 1n, letter: letter.letter } }]);
      const query = { fromNumber: 1n, markedWithinMs: EVER, limit: 10 };
      expect(await outbox.lane({ kind: 'dead_letter', lane: 'stop_jobs' }, query)).toEqual(entries);
    });

    it('tells how much waits and for how long', async () => {
      expect(await outbox.backlog()).toEqual({ pending: 0, oldestMs: null });
      await addResults(database, gameId(), 1);
      await database.elapse(100);
      await addResults(database, gameId(), 1);
      const { pending, oldestMs } = await outbox.backlog();
      expect(pending).toBe(2);
      expect(oldestMs).toBeGreaterThanOrEqual(100);
      await outbox.markPublished(marksOf(...(await outbox.pending(10))));
      expect(await outbox.backlog()).toEqual({ pending: 0, oldestMs: null });
    });

    describeMarks(() => database);
    describePruning(() => database);
    describeForgetting(() => database);
  });
}
