import type { PublishOutcome, PublishStamp, StreamPublishing } from '@galaxy/manager-ports';
import type { SeenEntry, ServerUnderTest } from '@galaxy/port-contracts';
import { using } from '@galaxy/port-contracts';
import { DependencyFault } from '@galaxy/ports';
import { expect, it, vi } from 'vitest';

/** A publisher of numbered messages over a stream of its own, as seen by the promises both of them share. */
export interface NumberedPublisherUnderTest extends ServerUnderTest {
  /** The publisher of one process, and that of another. */
  readonly publishing: StreamPublishing;
  readonly publishingElsewhere: StreamPublishing;
  /** Publishes some message of that number in that lane, by the publisher of the one process. */
  publish(lane: string, number: bigint, stamp?: PublishStamp): Promise<PublishOutcome>;
  /** The same by that of the other. */
  publishElsewhere(lane: string, number: bigint, stamp?: PublishStamp): Promise<PublishOutcome>;
  /** What the stream holds. */
  entries(): Promise<readonly SeenEntry[]>;
  /** Lane and number of an entry, as {@link publish} got them. */
  read(entry: SeenEntry): { readonly lane: string; readonly number: bigint };
}

/** The stamp of tests that are not about stamps. */
export const STAMP: PublishStamp = { epoch: 1n, outboxId: 1n };

/** The numbers that a stream holds of one lane, in order. */
export async function seen(tested: NumberedPublisherUnderTest, lane: string): Promise<bigint[]> {
  const read = (await tested.entries()).map((entry) => tested.read(entry));
  return read.filter((one) => one.lane === lane).map(({ number }) => number);
}

/** The promises of numbered publishing, on a server that has adopted an epoch. */
export function describeNumbering(openNew: () => Promise<NumberedPublisherUnderTest>): void {
  const open = async () => {
    const tested = await openNew();
    await tested.publishing.adoptEpoch(STAMP.epoch, null, null);
    return tested;
  };

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
      const { publishing } = tested;
      await expect(tested.publish('alpha', 2n)).rejects.toThrow(DependencyFault);
      await expect(publishing.state()).rejects.toThrow(DependencyFault);
      await expect(publishing.held(['alpha'])).rejects.toThrow(DependencyFault);
      await expect(publishing.adoptEpoch(2n, null, null)).rejects.toThrow(DependencyFault);
      await expect(publishing.skipTo('alpha', 5n)).rejects.toThrow(DependencyFault);
      await expect(publishing.trim({ youngerThanMs: 0, lastEntries: 0 })).rejects.toThrow(DependencyFault);
      await expect(publishing.walk(null)).rejects.toThrow(DependencyFault);
      await expect(publishing.forget([], { epoch: 1n, upTo: 1n })).rejects.toThrow(DependencyFault);
      await expect(publishing.lowerTo(async () => [])).rejects.toThrow(DependencyFault);
      await tested.restore();
      await vi.waitFor(() => tested.publish('alpha', 2n), { timeout: 8000 });
      expect(await seen(tested, 'alpha')).toEqual([1n, 2n]);
    }));
}
