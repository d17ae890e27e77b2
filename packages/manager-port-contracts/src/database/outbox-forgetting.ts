import type { OutboxKind } from '@galaxy/manager-ports';
import { describe, expect, it, vi } from 'vitest';
import { addResults, deadLetter, gameId, intakeOf, marksOf, takeLease } from './database-samples.js';
import type { DatabaseUnderTest } from './database-under-test.js';

const LATELY = 5000;
const OLD = 10_000;

/** The promises of Outbox.forgettable. */
export function describeForgetting(database: () => DatabaseUnderTest): void {
  describe('what may be forgotten', () => {
    const everything = async () => database().outbox.pending(100);
    const ask = (...lanes: string[]) => database().outbox.forgettable('job_result', lanes, LATELY);
    /** The same once it is certain: on a real server, transactions of others that are older than the last deletion must end first. */
    const known = (lanes: readonly string[], kind: OutboxKind = 'job_result') =>
      vi.waitFor(async () => (await database().outbox.forgettable(kind, lanes, LATELY)) ?? expect.fail('not certain yet'), {
        timeout: 10_000,
      });
    /** Games with one result each, all of them published long ago. */
    const publishedLongAgo = async (...games: string[]) => {
      for (const game of games) await addResults(database(), game, 1);
      const entries = await everything();
      await database().outbox.markPublished(marksOf(...entries));
      await database().elapse(20_000);
      return entries;
    };

    it('is not known while nothing was deleted', async () => {
      const game = gameId();
      expect(await ask('never heard of')).toBeNull();
      await publishedLongAgo(game);
      expect(await ask(game)).toBeNull();
    });

    it('is each lane of which nothing is left, in order, with the highest id that was deleted', async () => {
      const { outbox } = database();
      const [a, b, last] = [gameId(), gameId(), gameId()];
      const [, second] = await publishedLongAgo(a, b, last);
      await outbox.prune(OLD, 10);
      const { epoch } = await outbox.state();
      expect(await known([last, b, 'no such lane', a])).toEqual({ epoch, upTo: second?.id, lanes: [a, b, 'no such lane'].sort() });
      await outbox.takeBack([], OLD);
      expect((await known([a])).epoch).toBe((await outbox.state()).epoch);
      await addResults(database(), a, 1);
      expect(await known([a, b])).toMatchObject({ upTo: second?.id, lanes: [b] });
      expect(await outbox.forgettable('dead_letter', [a], LATELY)).toBeNull();
    });

    it('is not known while a message with a lower id waits, or was published lately', async () => {
      const { outbox } = database();
      const [a, b, last] = [gameId(), gameId(), gameId()];
      for (const game of [a, b, last]) await addResults(database(), game, 1);
      const [first, second, third] = await everything();
      await outbox.markPublished(marksOf(second, third));
      await database().elapse(20_000);
      expect(await outbox.prune(OLD, 10)).toBe(1);
      expect(await ask(b)).toBeNull();
      await outbox.markPublished(marksOf(first));
      expect(await ask(b)).toBeNull();
      await database().elapse(20_000);
      expect(await known([b, a])).toMatchObject({ upTo: second?.id, lanes: [b] });
    });

    it('of one kind does not depend on another, and an open dead letter holds nothing up', async () => {
      const { outbox, journal, deadLetterBox } = database();
      const game = gameId();
      await addResults(database(), game, 1);
      const letters = [deadLetter('start_jobs'), deadLetter('stop_jobs'), deadLetter('start_jobs')];
      await journal.ingest(intakeOf(await takeLease(database()), [], letters));
      const entries = await everything();
      const [result, , resolved] = entries;
      await outbox.markPublished(marksOf(...entries));
      await database().elapse(20_000);
      await deadLetterBox.resolve(resolved?.id ?? 0n, 'discarded');
      expect(await outbox.prune(OLD, 10)).toBe(2);
      expect(await known([game])).toMatchObject({ upTo: result?.id, lanes: [game] });
      const letterLanes = await known(['start_jobs', 'stop_jobs'], 'dead_letter');
      expect(letterLanes).toMatchObject({ upTo: resolved?.id, lanes: ['stop_jobs'] });
    });

    it('is never lowered', async () => {
      const { outbox } = database();
      const [a, b, last] = [gameId(), gameId(), gameId()];
      for (const game of [a, b, last]) await addResults(database(), game, 1);
      const [first, second, third] = await everything();
      await outbox.markPublished(marksOf(second, third));
      await database().elapse(20_000);
      await outbox.prune(OLD, 10);
      await outbox.markPublished(marksOf(first));
      await database().elapse(20_000);
      expect(await outbox.prune(OLD, 10)).toBe(1);
      expect(await known([a, b])).toMatchObject({ upTo: second?.id, lanes: [a, b].sort() });
    });
  });
}
