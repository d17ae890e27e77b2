import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRawJson, payloadHash, rawJson } from './raw-entry.js';

const bytes = fc.uint8Array({ maxLength: 6 });
const entry = fc.array(fc.tuple(bytes, bytes), { maxLength: 4 });
const plain = ([name, value]: readonly [Uint8Array, Uint8Array]) => [[...name], [...value]];
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

  it('keeps the first 1024 of more fields, however small', () => {
    const none = Buffer.alloc(0);
    const raw = rawJson(Array.from({ length: 300_000 }, () => [none, none] as const));
    expect(JSON.parse(raw)).toHaveLength(1024);
    expect(raw.length).toBeLessThan(10_000);
  });
});

describe('parseRawJson', () => {
  it('reads every entry back', () => {
    fc.assert(
      fc.property(entry, (fields) => {
        fc.pre(fields.length > 0);
        expect(same(parseRawJson(rawJson(fields)).map(plain), fields.map(plain))).toBe(true);
      }),
    );
  });

  it.each([
    '',
    '{}',
    'null',
    '[]',
    '[[]]',
    '["YQ=="]',
    '[["YQ=="]]',
    '[["YQ==","YQ==","YQ=="]]',
    '[["YQ==",1]]',
    '[["YQ","YQ=="]]',
    '[["Y*==","YQ=="]]',
  ])('refuses %j: it is no entry', (raw) => {
    expect(() => parseRawJson(raw)).toThrow('not an array of [field, value]');
  });

  it('refuses what was cut short', () => {
    const large = [[Buffer.from('game_id'), Buffer.alloc(70_000)]] as const;
    const many = Array.from({ length: 2000 }, () => [Buffer.alloc(0), Buffer.alloc(0)] as const);
    for (const cut of [large, many]) expect(() => parseRawJson(rawJson(cut))).toThrow('cut short');
  });
});
