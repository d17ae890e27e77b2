import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareEntryIds } from './entry-id.js';
import { type Arrival, mergeJobs } from './merge-jobs.js';

type Stream = Arrival['stream'];

const at = (stream: Stream, ms: number, seq: number): Arrival => ({ stream, id: { ms: BigInt(ms), seq: BigInt(seq) } });
const start = (ms: number, seq: number) => at('start_jobs', ms, seq);
const stop = (ms: number, seq: number) => at('stop_jobs', ms, seq);

/** One stream's entries: few milliseconds, many of them shared, in stream order and without repeats. */
function streamOf(stream: Stream): fc.Arbitrary<Arrival[]> {
  const id = fc.tuple(fc.nat({ max: 6 }), fc.nat({ max: 4 }));
  return fc
    .uniqueArray(id, { maxLength: 25, selector: String })
    .map((pairs) => pairs.map(([ms, seq]) => at(stream, ms, seq)).sort((a, b) => compareEntryIds(a.id, b.id)));
}

/** Later than every id, unless a test says otherwise. */
const LATE = 1000n;
const serverClock = fc.oneof(fc.bigInt({ min: 0n, max: 7n }), fc.constant(LATE));

/** The order of everything, said differently: one sort key per entry. */
function inOrder(entries: readonly Arrival[], serverMs: bigint): Arrival[] {
  const ms = (id: Arrival['id']) => BigInt(Math.min(Number(id.ms), Number(serverMs)));
  const key = ({ stream, id }: Arrival) => ms(id) * 1000n + (stream === 'stop_jobs' ? 500n : 0n) + id.ms * 10n + id.seq;
  return [...entries].sort((a, b) => Number(key(a) - key(b)));
}

const after = (entries: readonly Arrival[], cursor: Arrival | undefined, limit: number) =>
  entries.filter((entry) => cursor === undefined || compareEntryIds(entry.id, cursor.id) > 0).slice(0, limit);

/** Reads page by page as a consumer does: its cursors move over returned entries only. */
function readAll(starts: readonly Arrival[], stops: readonly Arrival[], limits: readonly number[], serverMs: bigint): Arrival[] {
  const taken: Arrival[] = [];
  for (let page = 0; ; page += 1) {
    const limit = limits[page % limits.length] ?? 1;
    const cursor = (stream: Stream) => taken.findLast((entry) => entry.stream === stream);
    const reads = { starts: after(starts, cursor('start_jobs'), limit), stops: after(stops, cursor('stop_jobs'), limit), limit, serverMs };
    const merged = mergeJobs(reads);
    if (reads.starts.length + reads.stops.length === 0) return taken;
    // Without progress the loop would never end.
    expect(merged.length).toBeGreaterThan(0);
    taken.push(...merged);
  }
}

describe('mergeJobs', () => {
  it('orders by millisecond, then starts before stops, then by sequence', () => {
    const starts = [start(1, 9), start(2, 0), start(2, 1)];
    const stops = [stop(1, 0), stop(2, 0), stop(3, 0)];
    expect(mergeJobs({ starts, stops, limit: 10, serverMs: LATE })).toEqual([
      start(1, 9),
      stop(1, 0),
      start(2, 0),
      start(2, 1),
      stop(2, 0),
      stop(3, 0),
    ]);
  });

  it('leaves out starts later than the last stop of a full read', () => {
    expect(
      mergeJobs({ starts: [start(1, 0), start(5, 0)], stops: [stop(1, 0), stop(2, 0), stop(3, 0)], limit: 3, serverMs: LATE }),
    ).toEqual([start(1, 0), stop(1, 0), stop(2, 0), stop(3, 0)]);
  });

  it('keeps starts of the last stop’s millisecond: no unread stop can precede them', () => {
    expect(mergeJobs({ starts: [start(3, 7)], stops: [stop(2, 0), stop(3, 0)], limit: 2, serverMs: LATE })).toEqual([
      stop(2, 0),
      start(3, 7),
      stop(3, 0),
    ]);
  });

  it('leaves out stops of the last start’s millisecond of a full read: an unread start may precede them', () => {
    expect(mergeJobs({ starts: [start(2, 0), start(3, 0)], stops: [stop(3, 0)], limit: 2, serverMs: LATE })).toEqual([
      start(2, 0),
      start(3, 0),
    ]);
  });

  it('takes ids ahead of the clock for as old as the read, so that neither stream always comes last', () => {
    const [starts, stops] = [[start(900, 0), start(900, 1)], [stop(800, 0)]];
    expect(mergeJobs({ starts, stops, limit: 10, serverMs: 100n })).toEqual([start(900, 0), start(900, 1), stop(800, 0)]);
    expect(mergeJobs({ starts, stops: [stop(99, 0)], limit: 10, serverMs: 100n })).toEqual([stop(99, 0), start(900, 0), start(900, 1)]);
  });

  it('leaves out stops as old as the read when the last start of a full read is ahead of the clock', () => {
    const [starts, stops] = [
      [start(1, 0), start(900, 0)],
      [stop(99, 0), stop(100, 0)],
    ];
    expect(mergeJobs({ starts, stops, limit: 2, serverMs: 100n })).toEqual([start(1, 0), stop(99, 0), start(900, 0)]);
  });

  it('passes an empty read on', () => {
    expect(mergeJobs({ starts: [], stops: [], limit: 1, serverMs: LATE })).toEqual([]);
  });

  it('loses, doubles and reorders nothing, whatever the pages', () => {
    const limits = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(streamOf('start_jobs'), streamOf('stop_jobs'), limits, serverClock, (starts, stops, pages, serverMs) => {
        expect(readAll(starts, stops, pages, serverMs)).toEqual(inOrder([...starts, ...stops], serverMs));
      }),
      { numRuns: 500 },
    );
  });

  it('returns what no unread entry precedes, for any one read', () => {
    const limit = fc.integer({ min: 1, max: 8 });
    fc.assert(
      fc.property(streamOf('start_jobs'), streamOf('stop_jobs'), limit, serverClock, (starts, stops, most, serverMs) => {
        const merged = mergeJobs({ starts: starts.slice(0, most), stops: stops.slice(0, most), limit: most, serverMs });
        expect(merged).toEqual(inOrder([...starts, ...stops], serverMs).slice(0, merged.length));
      }),
      { numRuns: 500 },
    );
  });
});
