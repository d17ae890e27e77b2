import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { payloadHash, rawJson } from './raw-entry.js';

const bytes = fc.uint8Array({ maxLength: 6 });
const entry = fc.array(fc.tuple(bytes, bytes), { maxLength: 4 });
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

describe('payloadHash', () => {
  it('is the same for the same fields and differs for any others', () => {
    fc.assert(
      fc.property(entry, entry, (a, b) => {
        expect(payloadHash(a) === payloadHash(b)).toBe(same(a, b));
      }),
    );
  });

  it('tells apart fields that read the same when put together', () => {
    const [a, b, ab, none] = ['a', 'b', 'ab', ''].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer, Buffer];
    const hashes = [
      [[a, b]],
      [[ab, none]],
      [[none, ab]],
      [
        [a, none],
        [b, none],
      ],
      [],
    ].map((fields) => payloadHash(fields as [Buffer, Buffer][]));
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(payloadHash([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
});

describe('rawJson', () => {
  it('holds every byte', () => {
    fc.assert(
      fc.property(entry, (fields) => {
        const back = (JSON.parse(rawJson(fields)) as [string, string][]).map((pair) => pair.map((part) => Buffer.from(part, 'base64')));
        expect(back.map((pair) => pair.map((part) => [...part]))).toEqual(fields.map((pair) => pair.map((part) => [...part])));
      }),
    );
  });

  it('keeps the first 64 KiB of a larger entry', () => {
    const large = Buffer.alloc(100_000, 'x');
    const raw = rawJson([
      [Buffer.from('game_id'), large],
      [Buffer.from('more'), large],
    ]);
    const pairs = JSON.parse(raw) as [string, string][];
    expect(pairs.flat().reduce((sum, part) => sum + Buffer.from(part, 'base64').length, 0)).toBe(64 * 1024);
    expect(pairs.length).toBe(1);
  });
});
