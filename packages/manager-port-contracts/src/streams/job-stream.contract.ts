import type { JobStreamName } from '@galaxy/domain';
import type { JobCursors, JobStream } from '@galaxy/manager-ports';
import type { ServerUnderTest } from '@galaxy/port-contracts';
import { using } from '@galaxy/port-contracts';
import { DependencyFault } from '@galaxy/ports';
import { describe, expect, it, vi } from 'vitest';

/** A job stream over streams of its own, and a way to append to them. */
export interface JobStreamUnderTest extends ServerUnderTest {
  readonly jobs: JobStream;
  /** Appends an entry of the given fields, under `entryId` if one is given; returns its id. */
  append(stream: JobStreamName, fields: readonly (readonly [string, string | Uint8Array])[], entryId?: string): Promise<string>;
  /** Removes the oldest entries until at most that many are left. */
  trim(stream: JobStreamName, maxLength: number): Promise<void>;
  /** Removes one entry. */
  remove(stream: JobStreamName, entryId: string): Promise<void>;
  /** Deletes the stream, as if it had never been. */
  drop(stream: JobStreamName): Promise<void>;
}

const START: JobCursors = { start_jobs: '0-0', stop_jobs: '0-0' };
const never = () => new AbortController().signal;
const startFields = (gameId: string) =>
  [
    ['game_id', gameId],
    ['image_ref', 'galaxy/engine:1'],
    ['requested_at_ms', '5'],
  ] as const;
const stopFields = (gameId: string) =>
  [
    ['game_id', gameId],
    ['reason', 'cancelled'],
  ] as const;

/** Holds an adapter to the promises of JobStream. */
export function jobStreamContract(name: string, open: () => Promise<JobStreamUnderTest>): void {
  describe(`JobStream: ${name}`, () => {
    describeRead(open);
    describeRefusals(open);
    describeWait(open);
    describeShapes(open);
    describeTrim(open);

    it('throws DependencyFault while the server does not answer, and recovers without help', () =>
      using(open, async ({ jobs, append, cutOff, restore }) => {
        await append('start_jobs', startFields('alpha'));
        await cutOff();
        await expect(jobs.read(START, 10)).rejects.toThrow(DependencyFault);
        await expect(jobs.wait(START, 100, never())).rejects.toThrow(DependencyFault);
        await expect(jobs.shapes()).rejects.toThrow(DependencyFault);
        await restore();
        await vi.waitFor(async () => expect((await jobs.read(START, 10)).starts).toHaveLength(1), { timeout: 8000 });
        await vi.waitFor(() => jobs.wait(START, 100, never()), { timeout: 8000 });
      }));
  });
}

function describeTrim(open: () => Promise<JobStreamUnderTest>): void {
  const many = async ({ append, jobs }: JobStreamUnderTest) => {
    for (let n = 1; n <= 250; n++) await append('start_jobs', startFields('alpha'), `${n}-0`);
    const held = async () => (await jobs.read(START, 1000)).starts.map(({ entryId }) => Number.parseInt(entryId, 10));
    return { held, cut: { before: '201-0', firstId: '1-0', cursor: '250-0' } };
  };

  it('removes only entries before the cut, a portion at a time', () =>
    using(open, async (stream) => {
      const { held, cut } = await many(stream);
      const outcome = await stream.jobs.trim('start_jobs', cut);
      const removed = outcome.kind === 'trimmed' ? outcome.removed : 0;
      expect(removed).toBeGreaterThanOrEqual(100);
      expect(removed).toBeLessThanOrEqual(200);
      expect(await held()).toEqual(Array.from({ length: 250 - removed }, (_, at) => removed + 1 + at));
      expect((await stream.jobs.shapes()).start_jobs).toMatchObject({ firstId: `${removed + 1}-0`, lastId: '250-0', added: 250n });
    }));

  it.each([
    ['has another first entry', { firstId: '2-0' }],
    ['never came to the cursor', { cursor: '250-1' }],
  ])('removes nothing of a stream that %s', (_, change) =>
    using(open, async (stream) => {
      const { held, cut } = await many(stream);
      expect(await stream.jobs.trim('start_jobs', { ...cut, ...change })).toEqual({ kind: 'changed' });
      expect(await stream.jobs.trim('stop_jobs', cut)).toEqual({ kind: 'changed' });
      expect(await held()).toHaveLength(250);
    }),
  );
}

function describeRead(open: () => Promise<JobStreamUnderTest>): void {
  it('tells the key a stream is read from', () =>
    using(open, async ({ jobs }) => {
      expect(jobs.key('start_jobs')).not.toBe('');
      expect(jobs.key('start_jobs')).not.toBe(jobs.key('stop_jobs'));
    }));

  it('returns the entries after the cursors, per stream in stream order', () =>
    using(open, async ({ jobs, append }) => {
      const first = await append('start_jobs', startFields('alpha'));
      const second = await append('start_jobs', startFields('beta'));
      const stop = await append('stop_jobs', stopFields('alpha'));
      const reads = await jobs.read(START, 10);
      expect(reads.limit).toBe(10);
      expect(reads.starts.map((entry) => entry.entryId)).toEqual([first, second]);
      expect(reads.starts.map((entry) => entry.job)).toEqual([
        { kind: 'start', gameId: 'alpha', imageRef: 'galaxy/engine:1', requestedAtMs: 5n },
        { kind: 'start', gameId: 'beta', imageRef: 'galaxy/engine:1', requestedAtMs: 5n },
      ]);
      expect(reads.stops).toMatchObject([
        {
          stream: 'stop_jobs',
          entryId: stop,
          refusal: null,
          job: { kind: 'stop', gameId: 'alpha', reason: 'cancelled', requestedAtMs: 0n },
        },
      ]);
      const later = await jobs.read({ start_jobs: first, stop_jobs: stop }, 10);
      expect([...later.starts, ...later.stops].map((entry) => entry.entryId)).toEqual([second]);
    }));

  it('returns at most `limit` of each stream', () =>
    using(open, async ({ jobs, append }) => {
      for (const gameId of ['a', 'b', 'c']) await append('start_jobs', startFields(gameId));
      for (const gameId of ['a', 'b', 'c']) await append('stop_jobs', stopFields(gameId));
      const reads = await jobs.read(START, 2);
      expect(reads.limit).toBe(2);
      expect([reads.starts, reads.stops].map((entries) => entries.map((entry) => entry.job?.gameId))).toEqual([
        ['a', 'b'],
        ['a', 'b'],
      ]);
    }));

  it('never consumes: the same cursors give the same entries again', () =>
    using(open, async ({ jobs, append }) => {
      await append('start_jobs', startFields('alpha'));
      const once = await jobs.read(START, 10);
      expect(once.starts).toHaveLength(1);
      expect((await jobs.read(START, 10)).starts).toEqual(once.starts);
    }));

  it('does not wait', () =>
    using(open, async ({ jobs }) => {
      const before = performance.now();
      expect(await jobs.read(START, 10)).toMatchObject({ starts: [], stops: [], limit: 10 });
      expect(performance.now() - before).toBeLessThan(1000);
    }));

  it("tells the server's clock, which entry ids are made of: nothing that was read is younger", () =>
    using(open, async ({ jobs, append }) => {
      const before = await jobs.read(START, 10);
      await append('start_jobs', startFields('alpha'));
      const { starts, serverMs } = await jobs.read(START, 10);
      expect(starts[0]?.id.ms).toBeLessThanOrEqual(serverMs);
      expect(starts[0]?.id.ms).toBeGreaterThanOrEqual(before.serverMs);
      expect(serverMs - before.serverMs).toBeLessThan(60_000n);
    }));

  it('keeps ids as two unsigned 64-bit integers', () =>
    using(open, async ({ jobs, append }) => {
      await append('start_jobs', startFields('alpha'), '9007199254740993-18446744073709551615');
      await append('start_jobs', startFields('beta'), '18446744073709551614-0');
      const reads = await jobs.read({ ...START, start_jobs: '9007199254740993-18446744073709551614' }, 10);
      expect(reads.starts.map((entry) => entry.id)).toEqual([
        { ms: 9007199254740993n, seq: 18446744073709551615n },
        { ms: 18446744073709551614n, seq: 0n },
      ]);
    }));
}

function describeRefusals(open: () => Promise<JobStreamUnderTest>): void {
  it("returns an entry that can't be decoded with its refusal, so it never blocks the ones behind it", () =>
    using(open, async ({ jobs, append }) => {
      await append('start_jobs', [['game_id', Uint8Array.of(0xff, 0x00, 0x0a)]]);
      await append('start_jobs', [['game_id', 'alpha']]);
      await append('start_jobs', startFields('alpha'));
      const { starts } = await jobs.read(START, 10);
      expect(starts.map(({ job, refusal }) => ({ job, refusal }))).toEqual([
        { job: null, refusal: 'game_id is not valid UTF-8' },
        { job: { kind: 'invalid', of: 'start', gameId: 'alpha', message: 'missing image_ref' }, refusal: 'missing image_ref' },
        { job: { kind: 'start', gameId: 'alpha', imageRef: 'galaxy/engine:1', requestedAtMs: 5n }, refusal: null },
      ]);
    }));

  it('gives the entry as it was: an array of `[field, value]`, both base64 of the raw bytes', () =>
    using(open, async ({ jobs, append }) => {
      await append('stop_jobs', [
        ['a', Uint8Array.of(0xff, 0x00, 0x0d, 0x0a)],
        ['a', ''],
      ]);
      expect((await jobs.read(START, 10)).stops.map((entry) => entry.raw)).toEqual(['[["YQ==","/wANCg=="],["YQ==",""]]']);
    }));

  it('tells a reused entry id from the same entry read twice by its payload hash', () =>
    using(open, async ({ jobs, append }) => {
      await append('start_jobs', startFields('alpha'));
      await append('start_jobs', startFields('alpha'));
      await append('start_jobs', startFields('beta'));
      const [one, same, other] = (await jobs.read(START, 10)).starts.map((entry) => entry.payloadHash);
      expect(one).toMatch(/^[0-9a-f]{64}$/);
      expect(same).toBe(one);
      expect(other).not.toBe(one);
    }));
}

function describeWait(open: () => Promise<JobStreamUnderTest>): void {
  const timed = async (wait: Promise<void>): Promise<number> => {
    const before = performance.now();
    await wait;
    return performance.now() - before;
  };

  it.each(['start_jobs', 'stop_jobs'] as const)('wait returns when something has arrived on %s', (stream) =>
    using(open, async ({ jobs, append }) => {
      const waited = timed(jobs.wait(START, 2000, never()));
      const entryId = await append(stream, startFields('alpha'));
      expect(await waited).toBeLessThan(1500);
      // What is there already counts, and what the cursors have passed does not.
      expect(await timed(jobs.wait(START, 2000, never()))).toBeLessThan(1500);
      expect(await timed(jobs.wait({ ...START, [stream]: entryId }, 200, never()))).toBeGreaterThan(150);
    }),
  );

  it('wait returns when the time is over', () =>
    using(open, async ({ jobs }) => {
      const ms = await timed(jobs.wait(START, 200, never()));
      expect(ms).toBeGreaterThan(150);
      expect(ms).toBeLessThan(1500);
    }));

  it('wait returns after two seconds, however long it is told to wait', () =>
    using(open, async ({ jobs }) => {
      expect(await timed(jobs.wait(START, 60_000, never()))).toBeLessThan(5000);
    }));

  it('wait returns when the signal aborts, and can be called again', () =>
    using(open, async ({ jobs, append }) => {
      expect(await timed(jobs.wait(START, 2000, AbortSignal.abort()))).toBeLessThan(500);
      const aborting = new AbortController();
      const waited = timed(jobs.wait(START, 2000, aborting.signal));
      aborting.abort();
      expect(await waited).toBeLessThan(500);
      const again = timed(jobs.wait(START, 2000, never()));
      await append('start_jobs', startFields('alpha'));
      expect(await again).toBeLessThan(1500);
    }));
}

function describeShapes(open: () => Promise<JobStreamUnderTest>): void {
  const field = [['a', '1']] as const;

  it('shapes tell null for a stream that does not exist, and of both streams apart', () =>
    using(open, async ({ jobs, append, drop }) => {
      expect(await jobs.shapes()).toEqual({ start_jobs: null, stop_jobs: null });
      await append('stop_jobs', field, '5-1');
      const shape = { firstId: '5-1', lastHeldId: '5-1', lastId: '5-1', added: 1n, length: 1n };
      expect(await jobs.shapes()).toEqual({ start_jobs: null, stop_jobs: shape });
      await drop('stop_jobs');
      expect(await jobs.shapes()).toEqual({ start_jobs: null, stop_jobs: null });
    }));

  it('shapes tell what was added and what is held, whatever was trimmed or deleted', () =>
    using(open, async ({ jobs, append, trim, remove }) => {
      for (let ms = 1; ms <= 6; ms += 1) await append('start_jobs', field, `${ms}-0`);
      await trim('start_jobs', 5);
      await remove('start_jobs', '4-0');
      const shape = { firstId: '2-0', lastHeldId: '6-0', lastId: '6-0', added: 6n, length: 4n };
      expect((await jobs.shapes()).start_jobs).toEqual(shape);
      await remove('start_jobs', '6-0');
      expect((await jobs.shapes()).start_jobs).toEqual({ ...shape, lastHeldId: '5-0', length: 3n });
      await trim('start_jobs', 0);
      expect((await jobs.shapes()).start_jobs).toEqual({ firstId: null, lastHeldId: null, lastId: '6-0', added: 6n, length: 0n });
    }));

  it('shapes keep ids as two unsigned 64-bit integers', () =>
    using(open, async ({ jobs, append }) => {
      await append('start_jobs', field, '9007199254740993-18446744073709551615');
      expect((await jobs.shapes()).start_jobs).toMatchObject({ firstId: '9007199254740993-18446744073709551615' });
    }));

  it('shapes begin anew with a stream that was deleted and made again', () =>
    using(open, async ({ jobs, append, drop }) => {
      await append('start_jobs', field, '9-0');
      await append('start_jobs', field, '9-1');
      await drop('start_jobs');
      await append('start_jobs', field, '3-0');
      expect((await jobs.shapes()).start_jobs).toMatchObject({ firstId: '3-0', lastId: '3-0', added: 1n });
    }));
}
