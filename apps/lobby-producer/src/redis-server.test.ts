import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { type RedisServer, serverOf } from './redis-server.js';

describe('serverOf', () => {
  it('gives the url or the client', () => {
    const redis = new Redis({ lazyConnect: true });
    expect(serverOf({ url: 'redis://h:6379/1' })).toBe('redis://h:6379/1');
    expect(serverOf({ redis })).toBe(redis);
  });

  it.each<[string, object]>([
    ['neither', {}],
    ['both', { url: 'redis://h', redis: {} }],
    ['a database that is no number', { url: 'redis://:hunter2@h/first' }],
    ['a login that can not be decoded', { url: 'redis://hunter2%zz@h' }],
  ])('refuses %s, and shows no secret', (_, server) => {
    expect(() => serverOf(server as RedisServer)).toThrow(expect.objectContaining({ name: 'InvalidInputError' }));
    expect(() => serverOf(server as RedisServer)).not.toThrow(/hunter2/);
  });
});
