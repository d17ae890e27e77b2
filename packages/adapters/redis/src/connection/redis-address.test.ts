import { describe, expect, it } from 'vitest';
import { isRedisAddress } from './redis-address.js';

describe('isRedisAddress', () => {
  it.each(['redis://h', 'redis://h:6379/', 'redis://h:6379/15', 'rediss://me:p%40ss%2Fword@[::1]:6379/0', 'redis://:secret@h'])(
    'takes %s',
    (text) => {
      expect(isRedisAddress(text)).toBe(true);
    },
  );

  it.each([
    '',
    'h:6379',
    'http://h',
    'redis://',
    'redis://h/first',
    'redis://h/1/2',
    'redis://h?keyPrefix=a',
    'redis://h/1#a',
    'redis://h:text',
    'redis://me%zz:secret@h',
    'redis://me:100%@h',
  ])('refuses %j', (text) => {
    expect(isRedisAddress(text)).toBe(false);
  });
});
