import { describe, expect, it } from 'vitest';
import { addResults, deadLetter, gameId, intakeOf, marksOf, takeLease } from './database-samples.js';
import type { DatabaseUnderTest } from './database-under-test.js';

/** The promises of Outbox.prune. */
export function describePruning(database: () => DatabaseUnderTest): void {
  describe('pruning', () => {
    const everything = async () => database().outbox.pending(100);

    it('deletes what was published long ago, oldest first and at most so many, but never what was added last of all', async () => {
      const { outbox } = database();
      const [a, b, c] = [gameId(), gameId(), gameId()];
      await addResults(database(), a, 4);
      await addResults(database(), b, 1);
      await addResults(database(), c, 1);
      const [a1, a2, a3, a4, b1, c1] = await everything();
      await outbox.markPublished(marksOf(a1, a2, c1));
      await database().elapse(10);
      await outbox.markPublished(marksOf(a4, b1));
      await database().elapse(20_000);
      await outbox.markPublished(marksOf(a3));
      expect(await outbox.prune(60_000, 10)).toBe(0);
      expect(await outbox.prune(10_000, 2)).toBe(2);
      await outbox.takeBack([], 60_000);
      expect((await everything()).map(({ id }) => id)).toEqual([a3?.id, a4?.id, b1?.id, c1?.id]);
    });

    it('leaves nothing of a lane, and its numbers go on', async () => {
      const { outbox, recovery } = database();
      const [game, another] = [gameId(), gameId()];
      await addResults(database(), game, 3);
      await addResults(database(), another, 1);
      await outbox.markPublished(marksOf(...(await everything())));
      await database().elapse(20_000);
      expect(await outbox.prune(10_000, 10)).toBe(3);
      expect(await outbox.prune(10_000, 10)).toBe(0);
      expect(await recovery.lastNumbers([{ kind: 'job_result', lane: game }])).toEqual([3n]);
      await addResults(database(), game, 1);
      expect((await everything()).map(({ message }) => message.number)).toEqual([4n]);
    });

    it('leaves what waits, and numbers and ids go on', async () => {
      const { outbox } = database();
      const game = gameId();
      await addResults(database(), game, 3);
      const [first, , last] = await everything();
      const { lastId } = await outbox.state();
      await outbox.markPublished(marksOf(first, last));
      await database().elapse(20_000);
      expect(await outbox.prune(10_000, 10)).toBe(1);
      expect((await outbox.state()).lastId).toBe(lastId);
      await addResults(database(), game, 1);
      expect((await everything()).map(({ message }) => message.number)).toEqual([2n, 4n]);
      expect((await outbox.state()).lastId).toBeGreaterThan(last?.id ?? 0n);
    });

    it('leaves dead letters that nobody has decided about', async () => {
      const { outbox, journal, deadLetterBox } = database();
      const letters = [deadLetter('start_jobs'), deadLetter('start_jobs'), deadLetter('start_jobs')];
      await journal.ingest(intakeOf(await takeLease(database()), [], letters));
      const all = await everything();
      await outbox.markPublished(marksOf(...all));
      await deadLetterBox.resolve(all[1]?.id ?? 0n, 'discarded');
      await database().elapse(20_000);
      expect(await outbox.prune(10_000, 10)).toBe(1);
      expect((await deadLetterBox.list({ state: 'open', limit: 10 })).map(({ id }) => id)).toEqual([all[0]?.id, all[2]?.id]);
    });
  });
}
