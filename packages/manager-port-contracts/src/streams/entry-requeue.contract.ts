import type { EntryRequeue, JobStream, ReceivedEntry } from '@galaxy/manager-ports';
import type { ServerUnderTest } from '@galaxy/port-contracts';
import { using } from '@galaxy/port-contracts';
import { DependencyFault, InvalidInputError } from '@galaxy/ports';
import { describe, expect, it, vi } from 'vitest';

/** A requeue, and a job stream of its own on the same server. */
export interface EntryRequeueUnderTest extends ServerUnderTest {
  readonly requeue: EntryRequeue;
  readonly jobs: JobStream;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const rawOf = (...fields: (readonly [string, string])[]): string => JSON.stringify(fields.map((field) => field.map(base64)));
const START = rawOf(['game_id', 'alpha'], ['image_ref', 'galaxy/engine:1']);

const startsOf = async (jobs: JobStream): Promise<readonly ReceivedEntry[]> =>
  (await jobs.read({ start_jobs: '0-0', stop_jobs: '0-0' }, 100)).starts;

/** Holds an adapter to the promises of EntryRequeue. */
export function entryRequeueContract(name: string, open: () => Promise<EntryRequeueUnderTest>): void {
  describe(`EntryRequeue: ${name}`, () => {
    it('appends the raw entry to the stream of that key', () =>
      using(open, async ({ requeue, jobs }) => {
        const { entryId } = await requeue.requeue({ stream: jobs.key('start_jobs'), raw: START, once: 'a' });
        const job = { kind: 'start', gameId: 'alpha', imageRef: 'galaxy/engine:1', requestedAtMs: 0n };
        expect(await startsOf(jobs)).toMatchObject([{ entryId, job }]);
      }));

    it('keeps every byte, the order of fields, and repeated ones', () =>
      using(open, async ({ requeue, jobs }) => {
        const raw = '[["/wANCg==","AP8="],["YQ==",""],["YQ==","Yg=="],["",""]]';
        await requeue.requeue({ stream: jobs.key('start_jobs'), raw, once: 'a' });
        expect((await startsOf(jobs)).map((entry) => entry.raw)).toEqual([raw]);
      }));

    it('calls with the same `once` append once, also at the same time', () =>
      using(open, async ({ requeue, jobs }) => {
        const call = (once: string) => requeue.requeue({ stream: jobs.key('start_jobs'), raw: START, once });
        const ids = await Promise.all(['a', 'a', 'a', 'b'].map(call));
        expect(await call('a')).toEqual(ids[0]);
        expect(new Set(ids.slice(0, 3).map(({ entryId }) => entryId)).size).toBe(1);
        expect(await startsOf(jobs)).toHaveLength(2);
      }));

    it('the same `once` on another stream is another call', () =>
      using(open, async ({ requeue, jobs }) => {
        for (const stream of ['start_jobs', 'stop_jobs'] as const)
          await requeue.requeue({ stream: jobs.key(stream), raw: START, once: 'a' });
        const { starts, stops } = await jobs.read({ start_jobs: '0-0', stop_jobs: '0-0' }, 10);
        expect([starts.length, stops.length]).toEqual([1, 1]);
      }));

    it.each([
      ['is no JSON', 'raw'],
      ['is no entry', '[["a"]]'],
      ['has no fields', '[]'],
      ['was cut short', rawOf(['game_id', 'x'.repeat(65_529)])],
    ])('throws InvalidInputError when the raw entry %s, and appends nothing', (_, raw) =>
      using(open, async ({ requeue, jobs }) => {
        await expect(requeue.requeue({ stream: jobs.key('start_jobs'), raw, once: 'a' })).rejects.toThrow(InvalidInputError);
        expect(await startsOf(jobs)).toEqual([]);
        await requeue.requeue({ stream: jobs.key('start_jobs'), raw: START, once: 'a' });
        expect(await startsOf(jobs)).toHaveLength(1);
      }),
    );

    it('throws DependencyFault while the server does not answer, and recovers without help', () =>
      using(open, async ({ requeue, jobs, cutOff, restore }) => {
        const call = () => requeue.requeue({ stream: jobs.key('start_jobs'), raw: START, once: 'a' });
        await cutOff();
        await expect(call()).rejects.toThrow(DependencyFault);
        await restore();
        await vi.waitFor(call, { timeout: 8000 });
        await vi.waitFor(async () => expect(await startsOf(jobs)).toHaveLength(1), { timeout: 8000 });
      }));
  });
}
