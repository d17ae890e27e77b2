import type { StreamLimit } from '@galaxy/manager-ports';
import { using } from '@galaxy/port-contracts';
import { describe, expect, it, vi } from 'vitest';
import type { NumberedPublisherUnderTest } from './numbered-publisher.js';
import { STAMP, seen } from './numbered-publisher.js';

const stamped = (epoch: bigint, outboxId = 1n) => ({ epoch, outboxId });
const idOf = (entryId: string | undefined) => (entryId ?? '').split('-').map(BigInt);

/** The promises of StreamPublishing. */
export function describeStreamPublishing(open: () => Promise<NumberedPublisherUnderTest>): void {
  describe('the publish epoch', () => {
    it('is none on a new server, which accepts nothing until it has adopted one', () =>
      using(open, async (tested) => {
        expect(await tested.publishing.state()).toMatchObject({ epoch: null, lastOutboxId: 0n });
        expect(await tested.publish('alpha', 1n, stamped(0n))).toEqual({ kind: 'other_epoch' });
        await tested.publishing.adoptEpoch(3n, null, null);
        expect(await tested.publishingElsewhere.state()).toMatchObject({ epoch: 3n, lastOutboxId: 0n });
        expect(await tested.publish('alpha', 1n, stamped(3n))).toMatchObject({ kind: 'published' });
      }));

    it('of another stamp refuses whatever the number, with nothing done', () =>
      using(open, async (tested) => {
        await tested.publishing.adoptEpoch(3n, null, null);
        await tested.publish('alpha', 1n, stamped(3n, 7n));
        for (const epoch of [2n, 4n, 30n]) {
          for (const number of [1n, 2n, 3n])
            expect(await tested.publishElsewhere('alpha', number, stamped(epoch, 99n))).toEqual({ kind: 'other_epoch' });
        }
        expect(await seen(tested, 'alpha')).toEqual([1n]);
        expect(await tested.publishing.state()).toMatchObject({ epoch: 3n, lastOutboxId: 7n });
        expect(await tested.publishing.held(['alpha'])).toEqual([1n]);
      }));

    it('only rises; adopting is safe to repeat', () =>
      using(open, async ({ publishing }) => {
        const seen = async () => (await publishing.state()).epoch;
        for (const epoch of [9n, 9n, 10n, 2n]) expect(await publishing.adoptEpoch(epoch, await seen(), null)).toBe(true);
        expect(await seen()).toBe(10n);
        expect(await publishing.adoptEpoch(10n, 9n, null), 'by a call whose reply was lost').toBe(true);
      }));

    it('is not adopted by a server that has changed since it was looked at', () =>
      using(open, async ({ publishing, publishingElsewhere }) => {
        expect(await publishing.adoptEpoch(3n, 2n, '5-0'), 'emptied').toBe(false);
        expect(await publishing.state()).toMatchObject({ epoch: null });
        await publishing.adoptEpoch(3n, null, null);
        await publishingElsewhere.adoptEpoch(4n, 3n, null);
        for (const seen of [null, 3n]) expect(await publishing.adoptEpoch(5n, seen, null), 'compared by another').toBe(false);
        expect(await publishing.state()).toMatchObject({ epoch: 4n });
      }));
  });

  it('remembers the highest outbox id published, whatever the order', () =>
    using(open, async (tested) => {
      await tested.publishing.adoptEpoch(1n, null, null);
      await tested.publish('alpha', 1n, stamped(1n, 9n));
      await tested.publish('beta', 1n, stamped(1n, 10n));
      await tested.publish('gamma', 1n, stamped(1n, 8n));
      await tested.publish('gamma', 5n, stamped(1n, 11n));
      expect(await tested.publishing.state()).toMatchObject({ lastOutboxId: 10n });
    }));

  it('names the connection: the same while it lasts, another one after a reconnection', () =>
    using(open, async (tested) => {
      const { connection } = await tested.publishing.state();
      expect(await tested.publishing.state()).toMatchObject({ connection });
      await tested.cutOff();
      await expect(tested.publishing.state()).rejects.toThrow();
      await tested.restore();
      const after = await vi.waitFor(() => tested.publishing.state(), { timeout: 8000 });
      expect(after.connection).not.toBe(connection);
    }));

  it('tells what is held in the order asked, 0 for a lane it does not know', () =>
    using(open, async (tested) => {
      await tested.publishing.adoptEpoch(1n, null, null);
      for (const number of [1n, 2n]) await tested.publish('alpha', number);
      await tested.publish('beta', 1n);
      expect(await tested.publishing.held([])).toEqual([]);
      expect(await tested.publishing.held(['beta', 'gamma', 'alpha', 'beta'])).toEqual([1n, 0n, 2n, 1n]);
      const many = Array.from({ length: 2500 }, (_, at) => (at === 2400 ? 'alpha' : `none-${String(at)}`));
      expect((await tested.publishing.held(many)).flatMap((held, at) => (held === 0n ? [] : [at, held]))).toEqual([2400, 2n]);
    }));

  it.each([
    ['a new stream', 0],
    ['a stream with entries', 2],
  ])('gives ids after the one it is told, whatever the clock says: %s', (_, before) =>
    using(open, async (tested) => {
      await tested.publishing.adoptEpoch(1n, null, null);
      for (let number = 1; number <= before; number++) await tested.publish('alpha', BigInt(number));
      await tested.publishing.adoptEpoch(2n, 1n, '99999999999999-5');
      expect(await tested.entries()).toHaveLength(before);
      await tested.publishing.adoptEpoch(2n, null, '99999999999999-4');
      await tested.publishing.adoptEpoch(2n, null, '9-9');
      await tested.publish('alpha', BigInt(before) + 1n, stamped(2n));
      const [ms = 0n, seq = 0n] = idOf((await tested.entries()).at(-1)?.entryId);
      expect([ms, seq > 5n]).toEqual([99999999999999n, true]);
    }),
  );

  it('skips numbers that will not come any more, and never lowers what is held', () =>
    using(open, async (tested) => {
      await tested.publishing.adoptEpoch(1n, null, null);
      await tested.publishing.skipTo('alpha', 4n);
      await tested.publishing.skipTo('alpha', 2n);
      expect(await tested.publishing.held(['alpha'])).toEqual([4n]);
      expect(await tested.publish('alpha', 6n)).toEqual({ kind: 'gap', held: 4n });
      expect(await tested.publish('alpha', 5n)).toMatchObject({ kind: 'published' });
      expect(await seen(tested, 'alpha')).toEqual([5n]);
    }));

  describe('forgetting lanes', () => {
    const all = async ({ publishing }: NumberedPublisherUnderTest) => {
      const lanes: string[] = [];
      let from: string | null = null;
      do {
        const portion: Awaited<ReturnType<typeof publishing.walk>> = await publishing.walk(from);
        lanes.push(...portion.lanes.map(({ lane, number }) => `${lane} ${String(number)}`));
        from = portion.next;
      } while (from !== null);
      return [...new Set(lanes)].sort();
    };

    it('walks over all of them, however many', () =>
      using(open, async (tested) => {
        expect(await all(tested)).toEqual([]);
        const lanes = Array.from({ length: 1200 }, (_, at) => `lane-${String(at)}`);
        await Promise.all(lanes.map((lane) => tested.publishing.skipTo(lane, 10n)));
        expect(await all(tested)).toEqual(lanes.map((lane) => `${lane} 10`).sort());
      }));

    it('forgets those that still have the number given; repeating is safe', () =>
      using(open, async (tested) => {
        await tested.publishing.adoptEpoch(1n, null, null);
        await tested.publish('alpha', 1n, stamped(1n, 1n));
        await tested.publish('beta', 1n, stamped(1n, 2n));
        const seenBefore = ['alpha', 'beta', 'gamma'].map((lane) => ({ lane, number: 1n }));
        await tested.publish('beta', 2n, stamped(1n, 3n));
        expect(await tested.publishing.forget(seenBefore, { epoch: 1n, upTo: 2n })).toBe(1);
        expect(await tested.publishing.forget(seenBefore, { epoch: 1n, upTo: 2n })).toBe(0);
        expect(await all(tested)).toEqual(['beta 2']);
        expect(await tested.publishing.state()).toMatchObject({ forgottenUpTo: 2n, lastOutboxId: 3n });
      }));

    it('takes no message up to the outbox id any more, and the next one of the lane is a gap', () =>
      using(open, async (tested) => {
        await tested.publishing.adoptEpoch(1n, null, null);
        await tested.publish('alpha', 1n, stamped(1n, 7n));
        await tested.publishing.forget([{ lane: 'alpha', number: 1n }], { epoch: 1n, upTo: 7n });
        expect(await tested.publishElsewhere('alpha', 1n, stamped(1n, 7n))).toEqual({ kind: 'already_published' });
        expect(await tested.publishElsewhere('beta', 1n, stamped(1n, 6n))).toEqual({ kind: 'already_published' });
        expect(await tested.publish('alpha', 2n, stamped(1n, 8n))).toEqual({ kind: 'gap', held: 0n });
        await tested.publishing.skipTo('alpha', 1n);
        expect(await tested.publishElsewhere('alpha', 1n, stamped(1n, 7n))).toEqual({ kind: 'already_published' });
        expect(await tested.publish('alpha', 2n, stamped(1n, 8n))).toMatchObject({ kind: 'published' });
        expect(await seen(tested, 'alpha')).toEqual([1n, 2n]);
      }));

    it('lowers neither that id nor the last outbox id, and shows by the last one what was published', () =>
      using(open, async ({ publishing }) => {
        await publishing.adoptEpoch(1n, null, null);
        expect(await publishing.state()).toMatchObject({ forgottenUpTo: 0n, lastOutboxId: 0n });
        for (const upTo of [9n, 10n, 2n]) await publishing.forget([], { epoch: 1n, upTo });
        expect(await publishing.state()).toMatchObject({ forgottenUpTo: 10n, lastOutboxId: 10n });
        await publishing.adoptEpoch(2n, 1n, null);
        expect(await publishing.state()).toMatchObject({ epoch: 2n, forgottenUpTo: 10n });
      }));

    it('does nothing under another epoch, or on a server that has none', () =>
      using(open, async (tested) => {
        await tested.publishing.skipTo('alpha', 1n);
        const lanes = [{ lane: 'alpha', number: 1n }];
        expect(await tested.publishing.forget(lanes, { epoch: 0n, upTo: 5n })).toBeNull();
        await tested.publishing.adoptEpoch(2n, null, null);
        expect(await tested.publishing.forget(lanes, { epoch: 1n, upTo: 5n })).toBeNull();
        expect(await all(tested)).toEqual(['alpha 1']);
        expect(await tested.publishing.state()).toMatchObject({ forgottenUpTo: 0n });
      }));
  });

  describe('trimming', () => {
    /** A stream with so many entries, one per lane. */
    const filled = async (count: number) => {
      const tested = await open();
      await tested.publishing.adoptEpoch(1n, null, null);
      const lanes = Array.from({ length: count }, (_, at) => `lane-${String(at)}`);
      for (let from = 0; from < count; from += 100)
        await Promise.all(lanes.slice(from, from + 100).map((lane) => tested.publish(lane, 1n)));
      return tested;
    };
    const trimAll = async ({ publishing }: NumberedPublisherUnderTest, limit: StreamLimit) => {
      let all = 0;
      for (let removed = 1; removed > 0; all += removed) ({ removed } = await publishing.trim(limit));
      return all;
    };

    it('removes nothing that is young', () =>
      using(
        () => filled(300),
        async (tested) => {
          expect(await tested.publishing.trim({ youngerThanMs: 3_600_000, lastEntries: 0 })).toEqual({ removed: 0, heldBack: false });
          expect(await tested.publishing.trim({ youngerThanMs: 3_600_000, lastEntries: 10 })).toEqual({ removed: 0, heldBack: false });
          expect(await tested.entries()).toHaveLength(300);
        },
      ));

    it('removes the oldest, never the last ones, and nothing of what is kept beside the stream', () =>
      using(
        () => filled(1500),
        async (tested) => {
          const before = (await tested.entries()).map(({ entryId }) => entryId);
          await vi.waitFor(() => trimAll(tested, { youngerThanMs: 0, lastEntries: 150 }).then((all) => expect(all).toBeGreaterThan(1000)));
          const left = (await tested.entries()).map(({ entryId }) => entryId);
          expect(left.length).toBeGreaterThanOrEqual(150);
          expect(left).toEqual(before.slice(-left.length));
          expect(await tested.publishing.held(['lane-0', 'lane-1499'])).toEqual([1n, 1n]);
          expect(await tested.publish('lane-0', 1n)).toEqual({ kind: 'already_published' });
        },
      ));

    it('of a stream that is not there removes nothing', () =>
      using(open, async ({ publishing }) => {
        expect(await publishing.trim({ youngerThanMs: 0, lastEntries: 0 })).toEqual({ removed: 0, heldBack: false });
      }));
  });

  it('lowers what is held to what it is told, and forgets epoch and outbox ids; repeating is safe', () =>
    using(open, async (tested) => {
      await tested.publishing.adoptEpoch(7n, null, null);
      const lanes = Array.from({ length: 1200 }, (_, at) => `lane-${String(at)}`);
      await Promise.all(lanes.map((lane) => tested.publishing.skipTo(lane, 10n)));
      await tested.publish('lane-0', 11n, stamped(7n, 50n));
      await tested.publishing.forget([], { epoch: 7n, upTo: 40n });
      const upTo: Readonly<Record<string, bigint>> = { 'lane-0': 11n, 'lane-1': 12n, 'lane-2': 9n };
      const told: string[] = [];
      const lower = () =>
        tested.publishing.lowerTo(async (asked) => {
          told.push(...asked);
          return asked.map((lane) => upTo[lane] ?? 0n);
        });
      expect(await lower()).toBe(1198);
      expect(new Set(told)).toEqual(new Set(lanes));
      expect(await tested.publishing.held(['lane-0', 'lane-1', 'lane-2', 'lane-3', 'lane-1199'])).toEqual([11n, 10n, 9n, 0n, 0n]);
      expect(await tested.publishing.state()).toMatchObject({ epoch: null, lastOutboxId: 0n, forgottenUpTo: 0n });
      expect(await lower()).toBe(0);
      await tested.publishing.adoptEpoch(STAMP.epoch, null, null);
      expect(await tested.publish('lane-2', 10n)).toMatchObject({ kind: 'published' });
    }));
}
