import type { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

/** An argument of a script; bytes are passed as they are. */
export type ScriptArgument = string | Buffer;

/** A Lua script and the digest Redis caches it under. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

/**
 * Appends a numbered message unless it is there, and refuses to skip a number, or a stamp of another epoch than the stored one.
 * KEYS: the stream, the hash of the last number per lane, and the hash of epoch and outbox id. ARGV: epoch, outbox id, lane,
 * number, then the entry's fields and values. Lua's numbers are doubles, exact up to 2^53; the caller sees to it that none
 * is larger. The hashes are read before the stream is written, so that a key of the wrong type is refused with nothing done.
 */
export const PUBLISH_NUMBERED = script(`
local publisher = redis.call('HMGET', KEYS[3], 'epoch', 'last_outbox_id')
if publisher[1] ~= ARGV[1] then return {'other_epoch'} end
local held = redis.call('HGET', KEYS[2], ARGV[3]) or '0'
local number = tonumber(ARGV[4])
if number <= tonumber(held) then return {'already_published'} end
if number > tonumber(held) + 1 then return {'gap', held} end
local id = redis.call('XADD', KEYS[1], '*', unpack(ARGV, 5))
redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
if tonumber(ARGV[2]) > tonumber(publisher[2] or '0') then redis.call('HSET', KEYS[3], 'last_outbox_id', ARGV[2]) end
return {'published', id}
`);

/**
 * Appends an entry once per call of the producer, however often it is sent.
 * KEYS: the stream, and a key of this call's own. ARGV: how many seconds to remember the call, then fields and values.
 */
export const PUBLISH_ONCE = script(`
local sent = redis.call('GET', KEYS[2])
if sent then return sent end
local id = redis.call('XADD', KEYS[1], '*', unpack(ARGV, 2))
redis.call('SET', KEYS[2], id, 'EX', ARGV[1])
return id
`);

/**
 * What streams say of themselves, as of one moment, without the entries that XINFO brings along. KEYS: the streams. Per
 * stream nil when it does not exist, or first and last id held, highest id given out, entries added, length; empty where
 * there is none. `entries-added` came with Redis 7.
 */
export const STREAM_SHAPES = script(`
local function shape(key)
  if redis.call('EXISTS', key) == 0 then return false end
  local seen = {}
  local info = redis.call('XINFO', 'STREAM', key)
  for at = 1, #info, 2 do seen[info[at]] = info[at + 1] end
  local first, last, added = seen['first-entry'], seen['last-entry'], seen['entries-added']
  return {
    first and first[1] or '', last and last[1] or '', seen['last-generated-id'],
    added and string.format('%.0f', added) or '', string.format('%.0f', seen['length'])
  }
end
local shapes = {}
for at, key in ipairs(KEYS) do shapes[at] = shape(key) end
return shapes
`);

/** Runs a script by its digest, and by its text when the server has not cached it: NOSCRIPT means that nothing was run. */
export async function runScript(
  client: Redis,
  { lua, sha }: Script,
  keys: readonly string[],
  args: readonly ScriptArgument[],
): Promise<unknown> {
  try {
    return await client.evalsha(sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return client.eval(lua, keys.length, ...keys, ...args);
  }
}

/** A script of that text. */
export function script(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}
