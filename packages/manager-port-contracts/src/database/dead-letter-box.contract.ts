import type { DeadLetterBox, StoredDeadLetter } from '@galaxy/manager-ports';
import { InvalidInputError } from '@galaxy/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anything, claimOne, deadLetter, failure, finishWell, gameId, intakeOf, queue, stopOf, takeLease } from './database-samples.js';
import type { DatabaseUnderTest } from './database-under-test.js';

/** The promises of {@link DeadLetterBox}, for an adapter to pass. `open` gives an empty database each time. */
export function deadLetterBoxContract(name: string, open: () => Promise<DatabaseUnderTest>): void {
  describe(`DeadLetterBox: ${name}`, () => {
    let database: DatabaseUnderTest;
    let box: DeadLetterBox;
    beforeEach(async () => {
      database = await open();
      box = database.deadLetterBox;
    });
    afterEach(() => database.close());

    /** Adds dead letters of the stream of starts, among results that are none. */
    const add = async (count: number): Promise<StoredDeadLetter[]> => {
      const letters = Array.from({ length: count }, () => deadLetter('start_jobs'));
      await queue(database, stopOf(gameId()));
      await finishWell(database, await claimOne(database));
      const lease = await takeLease(database);
      await database.journal.ingest(intakeOf(lease, [], letters));
      await database.leases.release(lease);
      return box.list({ state: 'open', limit: 1000 });
    };
    const idsOf = (letters: readonly StoredDeadLetter[]) => letters.map(({ id }) => id);

    it('holds nothing at first', async () => {
      expect(await box.list({ state: 'open', limit: 10 })).toEqual([]);
      expect(await box.get(1n)).toBeNull();
    });

    it('holds every dead letter whole and open, oldest first, whether it is published or not', async () => {
      const letters = [deadLetter('start_jobs'), deadLetter('stop_jobs')];
      await database.journal.ingest(intakeOf(await takeLease(database), [], letters));
      const pending = await database.outbox.pending(10);
      await database.outbox.markPublished(pending.slice(0, 1).map(({ id, epoch }) => ({ id, epoch, entryId: '1-1' })));
      expect(await box.list({ state: 'open', limit: 10 })).toEqual(pending.map(({ id, message }) => ({ ...message, id, state: 'open' })));
      expect(await box.get(pending[1]?.id ?? 0n)).toEqual({ ...pending[1]?.message, id: pending[1]?.id, state: 'open' });
    });

    it('holds those of exhausted operations', async () => {
      const game = gameId();
      await queue(database, stopOf(game));
      const letter = deadLetter('stop_jobs').letter;
      await database.journal.finish(await claimOne(database), { ...failure(game), deadLetter: letter });
      const { sourceEntryId, raw, failedAtMs } = letter;
      expect(await box.list({ state: 'open', limit: 10 })).toMatchObject([{ lane: game, letter: { sourceEntryId, raw, failedAtMs } }]);
    });

    it('gives pages: at most so many, all after an id', async () => {
      const all = idsOf(await add(5));
      expect(all).toHaveLength(5);
      expect(idsOf(await box.list({ state: 'open', limit: 2 }))).toEqual(all.slice(0, 2));
      expect(idsOf(await box.list({ state: 'open', after: all[1] ?? 0n, limit: 2 }))).toEqual(all.slice(2, 4));
      expect(await box.list({ state: 'open', after: all[4] ?? 0n, limit: 2 })).toEqual([]);
      for (const limit of [0, 1001, 1.5]) await expect(box.list({ state: 'open', limit })).rejects.toThrow(InvalidInputError);
    });

    it('notes a decision once', async () => {
      const [a, b, c] = await add(3);
      expect(await box.resolve(a?.id ?? 0n, 'requeued')).toBe(true);
      expect(await box.resolve(b?.id ?? 0n, 'discarded')).toBe(true);
      for (const state of ['requeued', 'discarded'] as const) expect(await box.resolve(a?.id ?? 0n, state)).toBe(false);
      expect(await box.list({ state: 'open', limit: 10 })).toEqual([c]);
      expect(await box.list({ state: 'requeued', limit: 10 })).toEqual([{ ...a, state: 'requeued' }]);
      expect(await box.list({ state: 'discarded', limit: 10 })).toEqual([{ ...b, state: 'discarded' }]);
      expect(await box.get(b?.id ?? 0n)).toEqual({ ...b, state: 'discarded' });
    });

    it('notes one of many decisions at the same moment', async () => {
      const [letter] = await add(1);
      const noted = await Promise.all(
        Array.from({ length: 8 }, (_, n) => box.resolve(letter?.id ?? 0n, n % 2 === 0 ? 'requeued' : 'discarded')),
      );
      expect(noted.filter(Boolean)).toHaveLength(1);
    });

    const asked = (id: bigint) => {
      const job = { kind: 'start', gameId: gameId(), imageRef: 'galaxy/engine:1.0.0', requestedAtMs: 7n } as const;
      return { opId: crypto.randomUUID(), sourceRef: `dead-letter-${String(id)}-1-0`, job };
    };

    it('queues the job of an open one as an operation of an administrator, once, and notes it', async () => {
      const [letter = expect.fail()] = await add(1);
      const operation = asked(letter.id);
      const done = await Promise.all(Array.from({ length: 8 }, () => box.requeue(letter.id, { ...operation, opId: crypto.randomUUID() })));
      expect(done.filter(Boolean)).toHaveLength(1);
      expect(await box.get(letter.id)).toMatchObject({ state: 'requeued' });
      const { job, sourceRef } = operation;
      const claim = await claimOne(database);
      expect(claim).toMatchObject({ gameId: job.gameId, job, source: 'admin', sourceRef, entry: null });
      const results = await database.outbox.pending(10);
      expect(await finishWell(database, claim)).toEqual({ kind: 'applied', publish: [] });
      expect(await database.outbox.pending(10)).toEqual(results);
    });

    it('names the outcome of what it queued, without a stream and without the number of a result', async () => {
      const [letter = expect.fail()] = await add(1);
      const operation = asked(letter.id);
      await box.requeue(letter.id, operation);
      const ended = await finishWell({ ...database, journal: database.namingJournal }, await claimOne(database));
      const outcome = { jobStream: '', jobEntryId: operation.sourceRef, opId: operation.opId, number: null };
      const [entry = expect.fail()] = (await database.outbox.pending(10)).slice(-1);
      expect(entry).toMatchObject({ kind: 'job_outcome', message: { number: 1n, outcome } });
      expect(ended).toEqual({ kind: 'applied', publish: [entry] });
    });

    it('queues none that is decided or unknown, and none under a hold', async () => {
      const [open = expect.fail(), discarded = expect.fail()] = await add(2);
      await box.resolve(discarded.id, 'discarded');
      await database.holds.set('restored', 'a test');
      for (const id of [open.id, discarded.id, 999_999n]) expect(await box.requeue(id, asked(id))).toBe(false);
      await database.holds.clear('restored');
      for (const id of [discarded.id, 999_999n]) expect(await box.requeue(id, asked(id))).toBe(false);
      expect(await box.get(open.id)).toMatchObject({ state: 'open' });
      expect(await database.journal.claim(anything())).toEqual([]);
    });

    it('knows nothing but dead letters', async () => {
      await add(0);
      const [result] = await database.outbox.pending(10);
      expect(result).toMatchObject({ kind: 'job_result' });
      expect(await box.get(result?.id ?? 0n)).toBeNull();
      expect(await box.resolve(result?.id ?? 0n, 'discarded')).toBe(false);
      expect(await box.resolve(999_999n, 'discarded')).toBe(false);
    });
  });
}
