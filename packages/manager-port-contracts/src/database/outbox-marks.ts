import { describe, expect, it } from 'vitest';
import { addResults, deadLetter, gameId, intakeOf, marksOf, takeLease } from './database-samples.js';
import type { DatabaseUnderTest } from './database-under-test.js';

const EVER = 60_000;
const job = (lane: string, number: bigint) => ({ kind: 'job_result', lane, number }) as const;

/** The promises of Outbox about marks and the epoch they are made under. */
export function describeMarks(database: () => DatabaseUnderTest): void {
  const pendingIds = async () => (await database().outbox.pending(100)).map(({ id }) => id);

  it('leaves out what is marked; repeating is safe, and unknown ids are ignored', async () => {
    const { outbox } = database();
    await addResults(database(), gameId(), 3);
    const [first, second, third] = await outbox.pending(10);
    await outbox.markPublished([...marksOf(second), { id: 999_999n, epoch: 0n, entryId: null }]);
    await outbox.markPublished(marksOf(second));
    await outbox.markPublished([]);
    expect(await outbox.pending(10)).toEqual([first, third]);
  });

  it('raises the epoch each time marks are taken back, and entries carry it', async () => {
    const { outbox } = database();
    await addResults(database(), gameId(), 1);
    expect((await outbox.state()).epoch).toBe(0n);
    expect(await outbox.takeBack([], EVER)).toMatchObject({ takenBack: 0 });
    const { epoch } = await outbox.state();
    expect(await outbox.takeBack([], EVER)).toSatisfy((raised: { epoch: bigint }) => raised.epoch > epoch);
    const [entry] = await outbox.pending(1);
    expect(entry?.epoch).toBe((await outbox.state()).epoch);
    expect(entry?.epoch).toBeGreaterThan(epoch);
  });

  it('counts a mark of the present epoch only', async () => {
    const { outbox } = database();
    await addResults(database(), gameId(), 2);
    const before = await outbox.pending(10);
    const { epoch } = await outbox.takeBack([], EVER);
    await outbox.markPublished(marksOf(...before));
    await outbox.markPublished(marksOf(...before).map((mark) => ({ ...mark, epoch: epoch + 1n })));
    expect(await pendingIds()).toEqual(before.map(({ id }) => id));
    const [first, second] = await outbox.pending(10);
    await outbox.markPublished(marksOf(first));
    expect(await pendingIds()).toEqual([second?.id]);
  });

  it('takes back the marks above what is held, also of lanes that nobody named, and what is taken back is pending again', async () => {
    const { outbox, journal } = database();
    const [a, b, c] = [gameId(), gameId(), gameId()];
    for (const game of [a, b, c]) await addResults(database(), game, 3);
    await journal.ingest(intakeOf(await takeLease(database()), [], [deadLetter('stop_jobs')]));
    const all = await outbox.pending(20);
    await outbox.markPublished(marksOf(...all));
    const held = [job(a, 2n), job(b, 9n), { kind: 'dead_letter', lane: 'stop_jobs', number: 1n }] as const;
    expect(await outbox.takeBack(held, EVER)).toMatchObject({ takenBack: 4 });
    expect(await pendingIds()).toEqual([2, 6, 7, 8].map((at) => all[at]?.id));
    expect(await outbox.takeBack(held, EVER)).toMatchObject({ takenBack: 0 });
  });

  it('leaves alone marks that are older than it was told', async () => {
    const { outbox } = database();
    const game = gameId();
    await addResults(database(), game, 2);
    const [first, second] = await outbox.pending(10);
    await outbox.markPublished(marksOf(first));
    await database().elapse(20_000);
    await outbox.markPublished(marksOf(second));
    expect(await outbox.takeBack([], 10_000)).toMatchObject({ takenBack: 1 });
    expect(await pendingIds()).toEqual([second?.id]);
  });

  it('lists per lane the last number marked lately', async () => {
    const { outbox, journal } = database();
    const [a, b, c] = [gameId(), gameId(), gameId()];
    for (const game of [a, b, c]) await addResults(database(), game, 2);
    await journal.ingest(intakeOf(await takeLease(database()), [], [deadLetter('start_jobs')]));
    const [a1, a2, b1, b2, , , letter] = await outbox.pending(20);
    await outbox.markPublished(marksOf(a1, b1, b2));
    await database().elapse(20_000);
    await outbox.markPublished(marksOf(a2, letter));
    const named = (positions: readonly { kind: string; lane: string; number: bigint }[]) =>
      positions.map(({ kind, lane, number }) => `${kind} ${lane} ${String(number)}`).sort();
    expect(named(await outbox.lately(10_000))).toEqual(['dead_letter start_jobs 1', `job_result ${a} 2`]);
    expect(named(await outbox.lately(EVER))).toEqual(['dead_letter start_jobs 1', `job_result ${a} 2`, `job_result ${b} 2`]);
  });

  describe('where publishing stands', () => {
    it('is told of an outbox that never held anything', async () => {
      const lastEntryIds = { job_result: null, dead_letter: null, job_outcome: null };
      expect(await database().outbox.state()).toEqual({ epoch: 0n, lastId: 0n, lastEntryIds });
    });

    it.each([
      ['before', [null, '7-0']],
      ['after', ['7-0', null]],
    ])('knows the entry id that one publisher was given, when another found the entry there and marked it %s', async (_, given) => {
      const { outbox } = database();
      await addResults(database(), gameId(), 2);
      const [one, two] = await outbox.pending(10);
      if (one === undefined || two === undefined) return expect.fail('two entries');
      const mark = ({ id, epoch }: typeof one, entryId: string | null) => ({ id, epoch, entryId });
      for (const entryId of given) await outbox.markPublished([mark(one, entryId)]);
      expect((await outbox.state()).lastEntryIds.job_result).toBe('7-0');
      await outbox.markPublished(given.map((entryId) => mark(two, entryId === null ? null : '8-0')));
      expect((await outbox.state()).lastEntryIds.job_result).toBe('8-0');
      expect(await outbox.pending(10)).toEqual([]);
    });

    it('is the last id, and per kind the highest entry id, as two integers, those of marks taken back included', async () => {
      const { outbox, journal } = database();
      await addResults(database(), gameId(), 4);
      await journal.ingest(intakeOf(await takeLease(database()), [], [deadLetter('start_jobs')]));
      const all = await outbox.pending(10);
      const ids = ['999-1', '1000-10', '1000-9', null, '18446744073709551615-7'];
      await outbox.markPublished(all.map(({ id, epoch }, at) => ({ id, epoch, entryId: ids[at] ?? null })));
      const lastEntryIds = { job_result: '1000-10', dead_letter: '18446744073709551615-7' };
      expect(await outbox.state()).toMatchObject({ lastId: all.at(-1)?.id, lastEntryIds });
      await outbox.takeBack([], EVER);
      expect(await outbox.state()).toMatchObject({ lastEntryIds });
      await outbox.markPublished(marksOf(...(await outbox.pending(10))));
      expect(await outbox.state()).toMatchObject({ lastEntryIds });
    });
  });
}
