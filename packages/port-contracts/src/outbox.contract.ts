import type { Outbox } from '@galaxy/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimOne, deadLetter, finishWell, gameId, intakeOf, queue, stopOf, success, takeLease } from './database-samples.js';
import type { DatabaseUnderTest } from './database-under-test.js';

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

    const addResults = async (game: string, count: number) => {
      for (let n = 0; n < count; n++) {
        await queue(database, stopOf(game));
        await finishWell(database, await claimOne(database));
      }
    };

    it('holds the oldest entries not marked as published, in the order they were added', async () => {
      const [a, b] = [gameId(), gameId()];
      await addResults(a, 1);
      await addResults(b, 1);
      await addResults(a, 1);
      const pending = await outbox.pending(10);
      expect(pending.map(({ kind, message }) => [kind, message])).toEqual([
        ['job_result', { number: 1n, result: success(a).result }],
        ['job_result', { number: 1n, result: success(b).result }],
        ['job_result', { number: 2n, result: success(a).result }],
      ]);
      expect(await outbox.pending(2)).toEqual(pending.slice(0, 2));
    });

    it('leaves out what is marked; repeating is safe, and unknown ids are ignored', async () => {
      await addResults(gameId(), 3);
      const [first, second, third] = await outbox.pending(10);
      await outbox.markPublished([second?.id ?? 0n, 999_999n]);
      await outbox.markPublished([second?.id ?? 0n]);
      await outbox.markPublished([]);
      expect(await outbox.pending(10)).toEqual([first, third]);
    });

    it('gives the entries of one lane from a number on, published or not, in order', async () => {
      const [a, b] = [gameId(), gameId()];
      await addResults(a, 4);
      await addResults(b, 1);
      const all = await outbox.pending(10);
      await outbox.markPublished(all.map(({ id }) => id));
      expect(await outbox.lane({ kind: 'job_result', lane: a }, 2n, 2)).toEqual(all.slice(1, 3));
      expect(await outbox.lane({ kind: 'job_result', lane: a }, 1n, 10)).toEqual(all.slice(0, 4));
      expect(await outbox.lane({ kind: 'job_result', lane: a }, 5n, 10)).toEqual([]);
      expect(await outbox.lane({ kind: 'dead_letter', lane: a }, 1n, 10)).toEqual([]);
    });

    it('carries dead letters whole', async () => {
      const letter = deadLetter('stop_jobs');
      await database.journal.takeIn(intakeOf(await takeLease(database), [], [letter]));
      const entries = await outbox.pending(10);
      expect(entries).toMatchObject([{ kind: 'dead_letter', message: { lane: 'stop_jobs', number: 1n, letter: letter.letter } }]);
      expect(await outbox.lane({ kind: 'dead_letter', lane: 'stop_jobs' }, 1n, 10)).toEqual(entries);
    });

    it('tells how much waits and for how long', async () => {
      expect(await outbox.backlog()).toEqual({ pending: 0, oldestMs: null });
      await addResults(gameId(), 1);
      await database.elapse(100);
      await addResults(gameId(), 1);
      const { pending, oldestMs } = await outbox.backlog();
      expect(pending).toBe(2);
      expect(oldestMs).toBeGreaterThanOrEqual(100);
      await outbox.markPublished((await outbox.pending(10)).map(({ id }) => id));
      expect(await outbox.backlog()).toEqual({ pending: 0, oldestMs: null });
    });
  });
}
