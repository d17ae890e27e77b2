import { script } from './scripts.js';

/**
 * Epoch and last outbox id. KEYS: the hash of both. The HDEL removes nothing; it is there since a server that has become a
 * replica goes on answering reads, and would not be noticed by somebody who only looks. A server without room is read from.
 */
export const READ_PUBLISHER = script(`
local probe = redis.pcall('HDEL', KEYS[1], '')
if type(probe) == 'table' and probe.err and (probe.err:find('^%-?READONLY') or probe.err:find('^%-?WRONGTYPE')) then return probe end
return redis.call('HMGET', KEYS[1], 'epoch', 'last_outbox_id')
`);

/**
 * Raises the epoch, and the last id of the stream. Answers, with nothing done, `changed` when the epoch is not the one that
 * was seen, and `no_stream` when there is none whose id could be raised. KEYS: the stream, and the hash of epoch and outbox
 * id. ARGV: the new epoch, the one that was seen, or nothing, and an entry id or nothing. Parts of ids have 64 bits, too many
 * for Lua's numbers: they are compared by length, then as text.
 */
export const ADOPT_EPOCH = script(`
local known = redis.call('HGET', KEYS[2], 'epoch') or ''
if known ~= ARGV[2] and known ~= ARGV[1] then return 'changed' end
local function less(a, b)
  if #a ~= #b then return #a < #b end
  return a < b
end
local function isBehind(id, other)
  local ms, seq = id:match('^(%d+)%-(%d+)$')
  local otherMs, otherSeq = other:match('^(%d+)%-(%d+)$')
  if ms ~= otherMs then return less(ms, otherMs) end
  return less(seq, otherSeq)
end
if ARGV[3] ~= '' then
  if redis.call('EXISTS', KEYS[1]) == 0 then return 'no_stream' end
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for at = 1, #info, 2 do
    if info[at] == 'last-generated-id' and isBehind(info[at + 1], ARGV[3]) then redis.call('XSETID', KEYS[1], ARGV[3]) end
  end
end
if known == '' or tonumber(known) < tonumber(ARGV[1]) then redis.call('HSET', KEYS[2], 'epoch', ARGV[1]) end
return 'adopted'
`);

/**
 * Makes a stream without an entry, if there is none: only a group can do that. KEYS: the stream. Not in one script with
 * raising its id: who waits in XREAD is looked at when a script that made the stream ends, and would be given an empty reply.
 */
export const MAKE_STREAM = script(`
if redis.call('EXISTS', KEYS[1]) == 1 then return end
redis.call('XGROUP', 'CREATE', KEYS[1], 'making', '0', 'MKSTREAM')
redis.call('XGROUP', 'DESTROY', KEYS[1], 'making')
`);

/** Raises the last number of a lane. KEYS: the hash of them. ARGV: lane, number. */
export const SKIP_TO = script(`
local held = redis.call('HGET', KEYS[1], ARGV[1]) or '0'
if tonumber(ARGV[2]) > tonumber(held) then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
`);

/** Lowers the last numbers of lanes. KEYS: the hash of them. ARGV: lane, number, and so on. Returns how many were lowered. */
export const LOWER_TO = script(`
local lowered = 0
for at = 1, #ARGV, 2 do
  local held = redis.call('HGET', KEYS[1], ARGV[at])
  if held and tonumber(held) > tonumber(ARGV[at + 1]) then
    redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 1])
    lowered = lowered + 1
  end
end
return lowered
`);
