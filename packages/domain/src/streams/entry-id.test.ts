import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareEntryIds, type EntryId, isIdAfter, parseEntryId, STREAM_START } from './entry-id.js';

const MAX = 18446744073709551615n;

const part = fc.oneof(fc.bigInt({ min: 0n, max: MAX }), fc.constantFrom(0n, 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, MAX - 1n, MAX));
const ids: fc.Arbitrary<EntryId> = fc.record({ ms: part, seq: part });
const write = ({ ms, seq }: EntryId) => `${String(ms)}-${String(seq)}`;

describe('parseEntryId', () => {
  it('takes an id apart, up to the last one a stream can have', () => {
    expect(parseEntryId('1526919030474-55')).toEqual({ ms: 1526919030474n, seq: 55n });
    expect(parseEntryId(STREAM_START)).toEqual({ ms: 0n, seq: 0n });
    expect(parseEntryId(`${String(MAX)}-${String(MAX)}`)).toEqual({ ms: MAX, seq: MAX });
  });

  it.each([
    '',
    '-',
    '1',
    '1-',
    '-1',
    '1-2-3',
    '1--2',
    '+1-2',
    '-1-2',
    '1-2 ',
    ' 1-2',
    '1-2\n',
    '1.5-2',
    '1e3-2',
    '0x1-2',
    '١-2',
    '$',
    '*',
    '>',
    '1-*',
    '18446744073709551616-0',
    '0-18446744073709551616',
    '000000000000000000001-0',
  ])('answers null for %j', (text) => {
    expect(parseEntryId(text)).toBeNull();
  });

  it('reads every id back, and never throws', () => {
    fc.assert(
      fc.property(ids, (id) => {
        expect(parseEntryId(write(id))).toEqual(id);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('0189-* ')), maxLength: 45 }), (text) => {
        const id = parseEntryId(text);
        if (id !== null) expect(BigInt(text.split('-')[0] ?? '')).toBe(id.ms);
      }),
    );
  });
});

describe('compareEntryIds', () => {
  it('is exact beyond what a JavaScript number can hold', () => {
    expect(compareEntryIds({ ms: 2n ** 53n, seq: 0n }, { ms: 2n ** 53n + 1n, seq: 0n })).toBe(-1);
    expect(compareEntryIds({ ms: 1n, seq: MAX }, { ms: 2n, seq: 0n })).toBe(-1);
    expect(compareEntryIds({ ms: 1n, seq: MAX }, { ms: 1n, seq: MAX - 1n })).toBe(1);
  });

  it('is a total order', () => {
    const near = fc.record({ ms: fc.bigInt({ min: 0n, max: 2n }), seq: fc.bigInt({ min: 0n, max: 2n }) });
    const any = fc.oneof(ids, near);
    fc.assert(
      fc.property(any, any, any, (a, b, c) => {
        expect(compareEntryIds(a, a)).toBe(0);
        expect(compareEntryIds(a, b) + compareEntryIds(b, a)).toBe(0);
        expect(compareEntryIds(a, b) === 0).toBe(a.ms === b.ms && a.seq === b.seq);
        if (compareEntryIds(a, b) <= 0 && compareEntryIds(b, c) <= 0) expect(compareEntryIds(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });

  it('orders as the milliseconds do, then as the sequences do', () => {
    const key = ({ ms, seq }: EntryId) => ms * (MAX + 1n) + seq;
    fc.assert(fc.property(ids, ids, (a, b) => compareEntryIds(a, b) < 0 === key(a) < key(b)));
  });
});

describe('isIdAfter', () => {
  it.each([
    ['5-1', '5-0', true],
    ['10-0', '9-9', true],
    ['5-0', '5-0', false],
    ['9-9', '10-0', false],
    ['yesterday', '0-0', false],
    ['5-0', '', false],
  ])('%s after %s: %s', (id, other, expected) => {
    expect(isIdAfter(id, other)).toBe(expected);
  });
});
