import { describe, expect, it } from 'vitest';
import { InvalidInputError } from './faults.js';
import { mayBeForgotten, PUBLISH_ID_REMEMBERED_MS, validatePublishId } from './publish-id.js';

describe('validatePublishId', () => {
  it.each(['a', ' ', '~', 'order 17 / {alpha}', 'x'.repeat(128)])('accepts %j', (id) => {
    expect(() => validatePublishId(id)).not.toThrow();
  });

  it.each(['', 'x'.repeat(129), 'a\n', '\t', '\u007f', 'é', '\u0000'])('refuses %j', (id) => {
    expect(() => validatePublishId(id)).toThrow(InvalidInputError);
  });
});

describe('mayBeForgotten', () => {
  it('is false until an id was remembered for as long as promised', () => {
    const since = new Date(1000);
    expect(mayBeForgotten(since, 0)).toBe(false);
    expect(mayBeForgotten(since, 1000 + PUBLISH_ID_REMEMBERED_MS - 1)).toBe(false);
    expect(mayBeForgotten(since, 1000 + PUBLISH_ID_REMEMBERED_MS)).toBe(true);
  });

  it('refuses a date that is none', () => {
    expect(() => mayBeForgotten(new Date(Number.NaN), 0)).toThrow(InvalidInputError);
  });
});
