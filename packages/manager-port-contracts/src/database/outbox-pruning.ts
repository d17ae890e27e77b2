import { describe, expect, it } from 'vitest';
import { addResults, deadLetter, gameId, intakeOf, marksOf, takeLease } from './database-samples.js';
import type { DatabaseUnderTest } from './database-under-test.js';

/** The promises of Outbox.prune. */
export function describePruning(database: () => DatabaseUnderTest): void {
  describe('pruning', () => {
    const everything = async () => database().outbox.pending(100);

    it('deletes what was published long ago, oldest first and at most so many, but never the last of a lane', async () => {
      const { outbox } = database();
      const [a, b] = [gameId(), gameId()];
      await addResults(database(), a, 4);
      await addResults(database(), b, 1);
      const [a1, a2, a3, a4, b1] = await everything();
      await outbox.markPublished(marksOf(a1, a2, a4, b1));
      await database().elapse(150);
      await outbox.markPublished(marksOf(a3));
      expect(await outbox.prune(60_000, 10)).toBe(0);
      expect(await outbox.prune(100, 1)).toBe(1);
      expect(await outbox.prune(100, 10)).toBe(1);
      expect(await outbox.prune(100, 10)).toBe(0);
      await outbox.takeBack([], 60_000);
      expect((await everything()).map(({ id }) => id)).toEqual([a3?.id, a4?.id, b1?.id]);
    });

    it('leaves what waits, and numbers and ids go on', async () => {
      const { outbox } = database();
      const game = gameId();
      await addResults(database(), game, 3);
      const [first, , last] = await everything();
      await outbox.markPublished(marksOf(first, last));
      await database().elapse(20);
      expect(await outbox.prune(1, 10)).toBe(1);
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
      await database().elapse(20);
      expect(await outbox.prune(1, 10)).toBe(1);
      expect((await deadLetterBox.list({ state: 'open', limit: 10 })).map(({ id }) => id)).toEqual([all[0]?.id, all[2]?.id]);
    });
  });
}
