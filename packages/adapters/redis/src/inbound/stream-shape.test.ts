import { DependencyFault } from '@galaxy/ports';
import { describe, expect, it } from 'vitest';
import { serverMs, streamShapes } from './stream-shape.js';

describe('streamShapes', () => {
  it('takes a stream, an emptied one, one that never had an entry, and none', () => {
    expect(streamShapes([['1-0', '5-1', '7-0', '9007199254740991', '3'], null])).toEqual([
      { firstId: '1-0', lastHeldId: '5-1', lastId: '7-0', added: 9_007_199_254_740_991n, length: 3n },
      null,
    ]);
    expect(
      streamShapes([
        ['', '', '7-0', '4', '0'],
        ['', '', '0-0', '0', '0'],
      ]),
    ).toEqual([
      { firstId: null, lastHeldId: null, lastId: '7-0', added: 4n, length: 0n },
      { firstId: null, lastHeldId: null, lastId: null, added: 0n, length: 0n },
    ]);
  });

  it('refuses a server older than Redis 7, and says so', () => {
    const old = () => streamShapes([['1-0', '5-1', '7-0', '', '3'], null]);
    expect(old).toThrow(expect.objectContaining({ code: 'redis_refused', retryable: false }));
    expect(old).toThrow('Redis 7');
  });

  it.each([
    ['nothing', null],
    ['one stream', [null]],
    ['text', ['OK', null]],
    ['too little', [['1-0'], null]],
    ['numbers', [['1-0', '5-1', '7-0', 1, 3], null]],
  ])('refuses %s', (_, reply) => {
    expect(() => streamShapes(reply)).toThrow(DependencyFault);
  });
});

describe('serverMs', () => {
  it('takes seconds and microseconds, as text or as numbers', () => {
    expect(serverMs(['1767225600', '123999'])).toBe(1_767_225_600_123n);
    expect(serverMs([1_767_225_600, 0])).toBe(1_767_225_600_000n);
  });

  it.each([null, 'OK', [], ['1'], ['a', 'b'], [-1, 0]])('refuses %j', (reply) => {
    expect(() => serverMs(reply)).toThrow(DependencyFault);
  });
});
