import { isRedisAddress } from '@galaxy/adapter-redis';
import { InvalidInputError } from '@galaxy/ports';
import type { Redis } from 'ioredis';

/** Which Redis: a URL, or a client whose settings are copied. Connections are always our own: a shared one might send a command twice. */
export type RedisServer =
  | { readonly url: string; readonly redis?: never }
  | {
      /** Not used itself, and never closed by us. */
      readonly redis: Redis;
      readonly url?: never;
    };

/** The server that was given. @throws InvalidInputError when there is not exactly one of both, or the URL is none of a Redis. */
export function serverOf({ url, redis }: RedisServer): string | Redis {
  const given = [url, redis].filter((one) => one !== undefined);
  if (given.length !== 1 || given[0] === undefined) throw new InvalidInputError('give either a redis url or a redis client');
  // Without the URL itself: it may hold a password.
  if (url !== undefined && !isRedisAddress(url))
    throw new InvalidInputError('the redis url must be redis://host:port or redis://host:port/number, without a query');
  return given[0];
}
