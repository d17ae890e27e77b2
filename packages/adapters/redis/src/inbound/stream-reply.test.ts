import { Buffer } from 'node:buffer';
import { DependencyFault } from '@galaxy/ports';
import { describe, expect, it } from 'vitest';
import { streamEntries } from './stream-reply.js';

const b = (text: string) => Buffer.from(text, 'latin1');
const entry = [b('5-1'), [b('a'), b('\u00ff\u0000')]];
const read = { entryId: '5-1', id: { ms: 5n, seq: 1n }, entry: [[b('a'), b('\u00ff\u0000')]] };

describe('streamEntries', () => {
  it('takes null for nothing', () => {
    expect(streamEntries(null)).toEqual(new Map());
  });

  it('takes the pairs of RESP2 and the flat list of RESP3', () => {
    const expected = new Map([
      ['x', [read]],
      ['y', [read, read]],
    ]);
    expect(
      streamEntries([
        [b('x'), [entry]],
        [b('y'), [entry, entry]],
      ]),
    ).toEqual(expected);
    expect(streamEntries([b('x'), [entry], b('y'), [entry, entry]])).toEqual(expected);
  });

  it.each([
    ['a map', {}],
    ['text', 'OK'],
    ['an entry without fields', [[b('x'), [[b('5-1')]]]]],
    ['an id that is none', [[b('x'), [[b('5'), []]]]]],
    ['text where bytes were asked for', [['x', [entry]]]],
    ['half a field', [[b('x'), [[b('5-1'), [b('a')]]]]]],
  ])('refuses %s', (_, reply) => {
    expect(() => streamEntries(reply)).toThrow(DependencyFault);
  });
});
