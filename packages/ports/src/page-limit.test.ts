import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { InvalidInputError } from './faults.js';
import { validatePageLimit } from './page-limit.js';

const check = (limit: number) => () => validatePageLimit('list runtimes', limit);

it.each([1, 2, 100, 1000])('accepts %d', (limit) => {
  expect(check(limit)).not.toThrow();
});

it.each([0, -0, -1, 1001, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '10' as unknown as number])('refuses %s', (limit) => {
  expect(check(limit)).toThrow(new InvalidInputError('list runtimes: limit must be a whole number from 1 to 1000'));
});

it('accepts whole numbers from 1 to 1000 only', () => {
  fc.assert(
    fc.property(fc.oneof(fc.integer({ min: -5, max: 1005 }), fc.double()), (limit) => {
      const allowed = Number.isInteger(limit) && limit >= 1 && limit <= 1000;
      if (allowed) expect(check(limit)).not.toThrow();
      else expect(check(limit)).toThrow(InvalidInputError);
    }),
  );
});
