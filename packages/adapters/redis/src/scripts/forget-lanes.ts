import { script } from './script.js';

/**
 * Removes the last numbers of lanes of which no message is left, and remembers up to which outbox id everything was published.
 *
 * KEYS: 1 the hash with the last number of each lane · 2 the hash with `epoch`, `last_outbox_id` and `forgotten_up_to`
 * ARGV: 1 the epoch under which the lanes were chosen · 2 the outbox id · from 3 on a lane and the number it had, and so on
 *
 * Replies:
 * - how many lanes were removed. One that has another number by now stays.
 * - nil: the server knows another epoch, or none. Nothing was done.
 *
 * When the reply is lost, the same call may be repeated: what was removed before is not counted again.
 */
export const FORGET_LANES = script(`
local lastNumbers, publisher = KEYS[1], KEYS[2]
local epoch, upTo = ARGV[1], ARGV[2]

local known = redis.call('HMGET', publisher, 'epoch', 'last_outbox_id', 'forgotten_up_to')
local knownEpoch, lastOutboxId, forgottenUpTo = known[1], known[2] or '0', known[3] or '0'
if knownEpoch ~= epoch then return nil end

-- First: a lane that is removed without it could be published again.
if tonumber(upTo) > tonumber(forgottenUpTo) then redis.call('HSET', publisher, 'forgotten_up_to', upTo) end
-- After a FLUSHALL it may be lower. By it, a database that was restored to an older time and gives ids again is found out.
if tonumber(upTo) > tonumber(lastOutboxId) then redis.call('HSET', publisher, 'last_outbox_id', upTo) end

local removed = 0
for at = 3, #ARGV, 2 do
  local lane, number = ARGV[at], ARGV[at + 1]
  if redis.call('HGET', lastNumbers, lane) == number then removed = removed + redis.call('HDEL', lastNumbers, lane) end
end
return removed
`);
