import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeStream, NEVER_READ, type SeenStream } from './judge-stream.js';
import type { StreamPlace } from './stream-place.js';

const id = (ms: number | null): string | null => (ms === null ? null : `${ms}-0`);
const seen = (firstMs: number | null, lastMs: number | null, added: number, length: number, lastHeldMs = lastMs): SeenStream => ({
  firstId: id(firstMs),
  lastHeldId: firstMs === null ? null : id(lastHeldMs),
  lastId: id(lastMs),
  added: BigInt(added),
  length: BigInt(length),
});
const at = (cursorMs: number, floorMs: number | null, entriesRead: number | null): StreamPlace => ({
  cursor: `${cursorMs}-0`,
  floor: id(floorMs),
  entriesRead: entriesRead === null ? null : BigInt(entriesRead),
  previous: '0-0',
});

describe('a gap', () => {
  it.each([
    ['trimmed before anything was read', null, seen(8, 10, 10, 3), 7n],
    ['trimmed beyond the cursor', at(3, 1, 3), seen(8, 10, 10, 3), 4n],
    ['all of it trimmed', at(3, 1, 3), seen(null, 10, 10, 0), 7n],
    ['deleted in the middle, once all was read', at(10, 1, 8), seen(1, 10, 10, 8), 2n],
    ['deleted at the end, once all was read', at(8, 1, 8), seen(1, 10, 10, 8, 8), 2n],
    ['so much deleted that what is left cannot hold it', at(3, 1, 3), seen(1, 10, 10, 4), 4n],
  ] as const)('%s', (_, place, shape, lost) => {
    const verdict = judgeStream(place, shape);
    expect(verdict).toMatchObject({ kind: 'gap', lost });
    expect(judgeStream(verdict.place, shape)).toEqual({ kind: 'steady', place: verdict.place });
  });

  it('counts as passed, and leaves the cursor', () => {
    expect(judgeStream(at(3, 1, 3), seen(8, 10, 10, 3))).toEqual({ kind: 'gap', lost: 4n, place: at(3, 8, 7) });
  });
});

describe('a steady stream', () => {
  it.each([
    ['nothing new', at(10, 1, 10), seen(1, 10, 10, 10)],
    ['unread entries behind read ones', at(3, 1, 3), seen(1, 10, 10, 10)],
    ['read entries trimmed', at(7, 1, 7), seen(8, 10, 10, 3)],
    ['read entries trimmed, some still there', at(7, 1, 7), seen(5, 10, 10, 6)],
    ['an entry deleted that may have been read', at(3, 1, 3), seen(1, 10, 10, 9)],
    ['never any entry', null, seen(null, null, 0, 0)],
    ['no stream yet', null, null],
    ['no stream yet, noted', NEVER_READ, null],
  ] as const)('%s', (_, place, shape) => {
    const floor = shape?.firstId ?? null;
    expect(judgeStream(place, shape)).toEqual({ kind: 'steady', place: { ...(place ?? NEVER_READ), floor } });
  });

  it('an unknown count is learned as soon as it can be told, and no gap is made of it', () => {
    expect(judgeStream(at(3, null, null), seen(1, 10, 10, 10))).toEqual({ kind: 'steady', place: at(3, 1, null) });
    expect(judgeStream(at(3, null, null), seen(8, 10, 10, 3))).toEqual({ kind: 'steady', place: at(3, 8, 7) });
    expect(judgeStream(at(10, null, null), seen(1, 10, 12, 10))).toEqual({ kind: 'steady', place: at(10, 1, 12) });
  });
});

describe('a stream made anew', () => {
  it.each([
    ['is missing', at(3, 1, 3), null],
    ['is missing, and nothing of it was read but lost', { ...at(0, 5, 5), cursor: '0-0' }, null],
    ['is missing, and only a cursor is known', at(3, null, null), null],
    ['is missing, and only its first id is known', { ...NEVER_READ, floor: '5-0' }, null],
    ['is missing, and only how much was read is known', { ...NEVER_READ, entriesRead: 3n }, null],
    ['gave out ids up to below the cursor', at(5, 1, 2), seen(1, 4, 4, 4)],
    ['never had an entry', at(5, 1, 2), seen(null, null, 0, 0)],
    ['holds an id below the first it had', at(9, 5, 3), seen(3, 12, 10, 10)],
    ['is empty, and gave out ids up to below the first it had', { ...at(0, 9, 0), cursor: '0-0' }, seen(null, 8, 8, 0)],
    ['had fewer entries than were read', at(5, 1, 5), seen(1, 8, 4, 4)],
    ['still holds more than it can of those not read', at(5, 1, 5), seen(6, 13, 8, 8)],
  ] as const)('%s', (_, place, shape) => {
    expect(judgeStream(place, shape)).toEqual({ kind: 'recreated', place: { ...NEVER_READ, previous: place.cursor } });
    const longAgo = { ...place, previous: '1000-0' };
    expect(judgeStream(longAgo, shape), 'the furthest of all').toEqual({ kind: 'recreated', place: { ...NEVER_READ, previous: '1000-0' } });
  });

  it('is judged again from its start, which it is not told to have lost', () => {
    const again = judgeStream(NEVER_READ, seen(8, 10, 10, 3));
    expect(again).toEqual({ kind: 'gap', lost: 7n, place: { ...at(0, 8, 7), cursor: '0-0' } });
  });

  it('never twice: whatever is seen, its start is not of another stream', () => {
    // Redis gives out no id 0-0.
    const ms = fc.option(fc.integer({ min: 1, max: 20 }));
    fc.assert(
      fc.property(ms, ms, fc.nat(20), fc.nat(20), (first, last, length, trimmed) => {
        expect(judgeStream(NEVER_READ, seen(first, last, length + trimmed, length)).kind).not.toBe('recreated');
      }),
      { examples: [[0, 1, 0, 0]] },
    );
  });
});

/** A stream as Redis has it, with the truth beside it: what was read, and what was gone before. */
class Stream {
  readonly held: { readonly ms: number; wasRead: boolean }[] = [];
  lost = 0;
  #added = 0;
  #lastMs: number | null = null;
  #nextMs: number;

  constructor(firstMs: number) {
    this.#nextMs = firstMs;
  }

  add(count: number): void {
    for (let n = 0; n < count; n += 1, this.#nextMs += 1) {
      this.held.push({ ms: this.#nextMs, wasRead: false });
      this.#added += 1;
      this.#lastMs = this.#nextMs;
    }
  }

  remove(from: number, count: number): void {
    this.lost += this.held.splice(from, count).filter(({ wasRead }) => !wasRead).length;
  }

  read(cursor: string, count: number): number[] {
    const entries = this.held.filter(({ ms }) => ms > Number.parseInt(cursor, 10)).slice(0, count);
    for (const entry of entries) entry.wasRead = true;
    return entries.map(({ ms }) => ms);
  }

  shape(): SeenStream {
    return seen(this.held[0]?.ms ?? null, this.#lastMs, this.#added, this.held.length, this.held.at(-1)?.ms);
  }
}

/** Reads and judges as the intake does, and adds up what it is told. */
class Reader {
  told = 0n;
  recreated = 0;
  place: StreamPlace | null;

  constructor(place: StreamPlace | null) {
    this.place = place;
  }

  read(stream: Stream | null, count: number): void {
    const place = this.place ?? NEVER_READ;
    const ids = stream?.read(place.cursor, count) ?? [];
    const cursor = ids.length === 0 ? place.cursor : `${ids.at(-1)}-0`;
    this.place = { ...place, cursor, entriesRead: place.entriesRead === null ? null : place.entriesRead + BigInt(ids.length) };
  }

  judge(stream: Stream | null): void {
    const verdict = judgeStream(this.place, stream?.shape() ?? null);
    this.place = verdict.place;
    if (verdict.kind === 'gap') this.told += verdict.lost;
    if (verdict.kind !== 'recreated') return;
    this.recreated += 1;
    this.judge(stream);
  }
}

type Act =
  | { readonly kind: 'add' | 'trim' | 'read'; readonly count: number }
  | { readonly kind: 'delete'; readonly at: number }
  | { kind: 'judge' };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constantFrom('add', 'trim', 'read'), count: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ kind: fc.constant('delete'), at: fc.nat(11) }),
  fc.record({ kind: fc.constant('judge') }),
);
const acts = fc.array(act, { maxLength: 40 });

function perform(stream: Stream, reader: Reader, all: readonly Act[], toldBefore = 0): void {
  for (const one of all) {
    if (one.kind === 'add') stream.add(one.count);
    else if (one.kind === 'trim') stream.remove(0, one.count);
    else if (one.kind === 'delete') stream.remove(one.at, 1);
    else if (one.kind === 'read') reader.read(stream, one.count);
    else reader.judge(stream);
    expect(reader.told).toBeLessThanOrEqual(BigInt(toldBefore + stream.lost));
  }
}

function drain(stream: Stream, reader: Reader): void {
  reader.read(stream, Number.POSITIVE_INFINITY);
  reader.judge(stream);
}

describe('a stream that is trimmed behind its cursor only', () => {
  it('loses nothing and stays the same stream, whatever else is done', () => {
    const tame = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constantFrom('add' as const, 'read' as const, 'trim' as const), count: fc.integer({ min: 1, max: 9 }) }),
        fc.record({ kind: fc.constant('judge' as const) }),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(tame, (all) => {
        const [stream, reader] = [new Stream(100), new Reader(null)];
        for (const one of all) {
          if (one.kind === 'add') stream.add(one.count);
          else if (one.kind === 'read') reader.read(stream, one.count);
          else if (one.kind === 'judge') reader.judge(stream);
          else stream.remove(0, Math.min(one.count, stream.held.filter(({ wasRead }) => wasRead).length));
        }
        drain(stream, reader);
        expect([reader.told, reader.recreated]).toEqual([0n, 0]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('what is told to be lost', () => {
  it('is exactly what was lost, whenever everything was drained, and never more before', () => {
    fc.assert(
      fc.property(fc.array(acts, { minLength: 1, maxLength: 4 }), (rounds) => {
        const [stream, reader] = [new Stream(100), new Reader(null)];
        for (const round of rounds) {
          perform(stream, reader, round);
          drain(stream, reader);
          expect(reader.told).toBe(BigInt(stream.lost));
        }
        expect(reader.recreated).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });

  it('is exact in each life of a stream that was seen missing, or whose ids went back', () => {
    const lives = fc.array(fc.record({ acts, wasSeenMissing: fc.boolean() }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(lives, (all) => {
        const reader = new Reader(null);
        let [lost, firstMs] = [0, 10_000];
        for (const { acts: doings, wasSeenMissing } of all) {
          // Where nobody looks in between, only ids that go back give another life away.
          const stream = new Stream(wasSeenMissing ? firstMs + 5000 : (firstMs -= 1000));
          if (wasSeenMissing) reader.judge(null);
          stream.add(1);
          reader.judge(stream);
          perform(stream, reader, doings, lost);
          drain(stream, reader);
          lost += stream.lost;
          expect(reader.told).toBe(BigInt(lost));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is never more than what was lost where the count was not known at first', () => {
    fc.assert(
      fc.property(acts, fc.nat(30), acts, (before, cursor, later) => {
        const stream = new Stream(100);
        perform(stream, new Reader(null), before);
        const cursorMs = Math.min(100 + cursor, Number.parseInt(stream.shape().lastId ?? '0', 10));
        for (const entry of stream.held) entry.wasRead ||= entry.ms <= cursorMs;
        const reader = new Reader(at(cursorMs, null, null));
        drain(stream, reader);
        const [lost, told] = [stream.lost, reader.told];
        expect(told).toBe(0n);
        perform(stream, reader, later);
        drain(stream, reader);
        expect(reader.told).toBe(BigInt(stream.lost - lost));
        expect(reader.recreated).toBe(0);
      }),
      { numRuns: 1000 },
    );
  });
});
