import type { PublishOutcome } from '@galaxy/ports';
import { DependencyFault } from '@galaxy/ports';
import { expect, it, vi } from 'vitest';
import type { SeenEntry, ServerUnderTest } from './under-test.js';
import { using } from './under-test.js';

/** A publisher of numbered messages over a stream of its own, as seen by the promises both of them share. */
export interface NumberedPublisherUnderTest extends ServerUnderTest {
  /** Publishes some message of that number in that lane, by the publisher of one process. */
  publish(lane: string, number: bigint): Promise<PublishOutcome>;
  /** The same by that of another process. */
  publishElsewhere(lane: string, number: bigint): Promise<PublishOutcome>;
  /** What the stream holds. */
  entries(): Promise<readonly SeenEntry[]>;
  /** Lane and number of an entry, as {@link publish} got them. */
  read(entry: SeenEntry): { readonly lane: string; readonly number: bigint };
}

/** The promises of numbered publishing. */
export function describeNumbering(open: () => Promise<NumberedPublisherUnderTest>): void {
  const seen = async (tested: NumberedPublisherUnderTest, lane: string): Promise<bigint[]> =>
    (await tested.entries())
      .map((entry) => tested.read(entry))
      .filter((read) => read.lane === lane)
      .map((read) => read.number);

  it('appends unless it is there already: repeating is safe', () =>
    using(open, async (tested) => {
      const outcome = await tested.publish('alpha', 1n);
      const [entry] = await tested.entries();
      expect(outcome).toEqual({ kind: 'published', entryId: entry?.entryId });
      expect(await tested.publish('alpha', 1n)).toEqual({ kind: 'already_published' });
      expect(await tested.publishElsewhere('alpha', 1n)).toEqual({ kind: 'already_published' });
      expect(await seen(tested, 'alpha')).toEqual([1n]);
    }));

  it('refuses to skip one: a gap tells the last number held', () =>
    using(open, async (tested) => {
      expect(await tested.publish('alpha', 2n)).toEqual({ kind: 'gap', held: 0n });
      await tested.publish('alpha', 1n);
      await tested.publish('alpha', 2n);
      expect(await tested.publishElsewhere('alpha', 9n)).toEqual({ kind: 'gap', held: 2n });
      expect(await seen(tested, 'alpha')).toEqual([1n, 2n]);
    }));

  it('counts each lane by itself', () =>
    using(open, async (tested) => {
      await tested.publish('alpha', 1n);
      expect(await tested.publish('beta', 2n)).toEqual({ kind: 'gap', held: 0n });
      expect(await tested.publish('beta', 1n)).toMatchObject({ kind: 'published' });
      expect(await seen(tested, 'beta')).toEqual([1n]);
    }));

  it('of any number of calls with the same number, from any number of processes, exactly one appends', () =>
    using(open, async (tested) => {
      const calls = Array.from({ length: 16 }, (_, i) =>
        i % 2 === 0 ? tested.publish('alpha', 1n) : tested.publishElsewhere('alpha', 1n),
      );
      const kinds = (await Promise.all(calls)).map((outcome) => outcome.kind);
      expect(kinds.filter((kind) => kind === 'published')).toHaveLength(1);
      expect(kinds.filter((kind) => kind === 'already_published')).toHaveLength(15);
      expect(await seen(tested, 'alpha')).toEqual([1n]);
    }));

  it('keeps the order of a lane whatever publishers race', () =>
    using(open, async (tested) => {
      const last = 20n;
      // As a relay does: go on after what is there, go back to where a gap begins.
      const relay = async (publish: NumberedPublisherUnderTest['publish'], from: bigint): Promise<void> => {
        for (let number = from; number <= last; ) {
          const outcome = await publish('alpha', number);
          number = outcome.kind === 'gap' ? outcome.held + 1n : number + 1n;
        }
      };
      const starts = [1n, 1n, 5n, 20n, 2n, 13n, 1n, 7n];
      await Promise.all(starts.map((from, i) => relay(i % 2 === 0 ? tested.publish : tested.publishElsewhere, from)));
      expect(await seen(tested, 'alpha')).toEqual(Array.from({ length: 20 }, (_, i) => BigInt(i + 1)));
    }));

  it('throws DependencyFault while the server does not answer, and recovers without help', () =>
    using(open, async (tested) => {
      await tested.publish('alpha', 1n);
      await tested.cutOff();
      await expect(tested.publish('alpha', 2n)).rejects.toThrow(DependencyFault);
      await tested.restore();
      await vi.waitFor(() => tested.publish('alpha', 2n), { timeout: 8000 });
      expect(await seen(tested, 'alpha')).toEqual([1n, 2n]);
    }));
}
