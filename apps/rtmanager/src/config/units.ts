import { isRedisAddress } from '@galaxy/adapter-redis';
import { z } from 'zod';

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const DURATION = /^(\d{1,9})(ms|s|m|h)$/;
const DAY_MS = 24 * UNITS.h;

/**
 * A duration such as `250ms`, `30s`, `10m` or `2h`; parsed to milliseconds. At most a day: a timer of more than 2^31 - 1 milliseconds
 * fires at once (https://nodejs.org/api/timers.html#settimeoutcallback-delay-args).
 */
export const duration = z
  .string()
  .transform((text, context) => {
    const parts = DURATION.exec(text.trim());
    const unit = parts?.[2] as keyof typeof UNITS | undefined;
    if (parts !== null && unit !== undefined) return Number(parts[1]) * UNITS[unit];
    context.addIssue({ code: 'custom', message: 'must be a number with a unit, such as 250ms, 30s, 10m' });
    return z.NEVER;
  })
  .refine((ms) => ms <= DAY_MS, 'must be at most 24h');

const MAX_DAYS = 36_500;

/** A time to keep something: whole days such as `90d`, or hours such as `36h`; parsed to milliseconds. `off` is null: for ever. */
export const keeping = z.string().transform((text, context): number | null => {
  const given = text.trim();
  if (given === 'off') return null;
  const [, number, unit] = /^(\d{1,6})(h|d)$/.exec(given) ?? [];
  const ms = Number(number) * (unit === 'd' ? DAY_MS : UNITS.h);
  if (ms <= MAX_DAYS * DAY_MS) return ms;
  context.addIssue({ code: 'custom', message: 'must be off, or a number of hours or days, such as 36h or 90d' });
  return z.NEVER;
});

/** What to keep of a stream: entries of a time, `90m`, `36h` or `30d`, or a plain number of entries. `off` is null: all. */
export const keptEntries = z.string().transform((text, context) => {
  const given = text.trim();
  if (given === 'off') return null;
  if (/^[1-9]\d{0,8}$/.test(given)) return { kind: 'length' as const, entries: Number(given) };
  const [, number, unit] = /^(\d{1,6})(m|h|d)$/.exec(given) ?? [];
  const ms = Number(number) * (unit === 'd' ? DAY_MS : UNITS[unit === 'h' ? 'h' : 'm']);
  if (ms <= MAX_DAYS * DAY_MS) return { kind: 'age' as const, ms };
  context.addIssue({ code: 'custom', message: 'must be off, a time such as 36h or 30d, or a number of entries such as 100000' });
  return z.NEVER;
});

const BYTES = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 } as const;
const SIZE = /^(\d{1,9})([kmg])$/i;

const LEAST_MEMORY = 6 * BYTES.m;

/** The memory of a container, such as `512m` or `2g` (powers of 1024); parsed to bytes. A Docker Engine refuses less than 6m, and takes 0 as no limit. */
export const memory = z
  .string()
  .transform((text, context) => {
    const parts = SIZE.exec(text.trim());
    const unit = parts?.[2]?.toLowerCase() as keyof typeof BYTES | undefined;
    if (parts !== null && unit !== undefined) return Number(parts[1]) * BYTES[unit];
    context.addIssue({ code: 'custom', message: 'must be a number with a unit, such as 512m or 2g' });
    return z.NEVER;
  })
  .refine((bytes) => bytes >= LEAST_MEMORY, 'must be at least 6m');

export const count = z.string().transform((text, context) => {
  if (/^[1-9]\d{0,5}$/.test(text.trim())) return Number(text);
  context.addIssue({ code: 'custom', message: 'must be a whole number of at least 1' });
  return z.NEVER;
});

/** A comma-separated list without empty parts. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

/** The URL of a server, with one of the given schemes. */
export const address = (...schemes: readonly string[]) =>
  z.string().refine((text) => schemes.some((scheme) => text.startsWith(`${scheme}://`)) && isAddress(text), {
    message: `must be an address such as ${schemes[0] ?? ''}://…; write a percent sign in it as %25`,
    abort: true,
  });

export const redisAddress = address('redis', 'rediss').refine(isRedisAddress, {
  message: 'must be redis://host:port or redis://host:port/number, without a query',
});

/** The address of a container engine. A login in it is refused, because the API has none. */
export const engineAddress = address('unix', 'tcp', 'http').refine((text) => /^unix:\/\/\/[^/]|^(?:tcp|http):\/\/[^/@?#]+\/?$/.test(text), {
  message: 'must be unix:///path, tcp://host:port or http://host:port, without a login',
});

function isAddress(text: string): boolean {
  if (text.startsWith('unix://')) return true;
  try {
    const { username, password, host, pathname } = new URL(text);
    // Drivers decode these parts, and throw if that is not possible.
    for (const part of [username, password, host, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
