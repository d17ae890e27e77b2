import { script } from './script.js';

/**
 * Appends a message to a stream when it is the next one of its lane and was read under the present publish epoch.
 *
 * KEYS: 1 the stream · 2 the hash with the last number of each lane · 3 the hash with `epoch`, `last_outbox_id` and `forgotten_up_to`
 * ARGV: 1 the epoch the message was read under · 2 its outbox id · 3 its lane · 4 its number · from 5 on its fields and values
 *
 * Replies:
 * - `published`, entry id: appended; number and outbox id are stored.
 * - `already_published`: the lane is at this number or beyond it, or the outbox id is one of those that may be forgotten. Nothing was done.
 * - `gap`, the lane's last number: a number before this one is missing. Nothing was done.
 * - `other_epoch`: the server knows another epoch, or none. Nothing was done.
 *
 * When the reply is lost, the same call may be repeated: if the message was appended, the answer is `already_published`, or
 * `other_epoch` when another epoch was adopted since. It is never appended twice.
 *
 * Numbers in Lua are doubles, exact up to 2^53. The caller refuses larger ones.
 */
export const PUBLISH_NUMBERED = script(`
local stream, lastNumbers, publisher = KEYS[1], KEYS[2], KEYS[3]
local epoch, outboxId, lane, number = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

-- Both hashes are read before anything is written: a key of the wrong type is refused with nothing done.
local known = redis.call('HMGET', publisher, 'epoch', 'last_outbox_id', 'forgotten_up_to')
local knownEpoch, lastOutboxId, forgottenUpTo = known[1], known[2] or '0', known[3] or '0'
if knownEpoch ~= epoch then return {'other_epoch'} end

if tonumber(outboxId) <= tonumber(forgottenUpTo) then return {'already_published'} end

local held = redis.call('HGET', lastNumbers, lane) or '0'
if tonumber(number) <= tonumber(held) then return {'already_published'} end
if tonumber(number) > tonumber(held) + 1 then return {'gap', held} end

local entryId = redis.call('XADD', stream, '*', unpack(ARGV, 5))
redis.call('HSET', lastNumbers, lane, number)
if tonumber(outboxId) > tonumber(lastOutboxId) then
  redis.call('HSET', publisher, 'last_outbox_id', outboxId)
end
return {'published', entryId}
`);
