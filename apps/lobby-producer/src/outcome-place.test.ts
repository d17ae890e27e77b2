import { describe, expect, it } from 'vitest';
import { placeBefore } from './outcome-place.js';

describe('placeBefore', () => {
  it.each<[string, bigint, number, string]>([
    ['a minute before the job', 1_000_000n, 1_000_000, '940000-0'],
    ['the same when the job is old', 1_000_000n, 9_000_000, '940000-0'],
    ['the same when our clock is a minute behind', 1_000_000n, 940_000, '940000-0'],
    ['the beginning when the job is from the future', 1_000_000n, 939_999, '0-0'],
    ['the beginning when there is no minute before the job', 60_000n, 1_000_000, '0-0'],
  ])('is %s', (_, ms, nowMs, place) => {
    expect(placeBefore({ ms, seq: 5n }, nowMs)).toBe(place);
  });
});
