import { IS_BEHIND } from './entry-id-order.js';
import { script } from './script.js';

/**
 * Removes a portion of the oldest entries of a stream that is written here, except for young ones, the last ones, and those that a
 * consumer group still needs.
 *
 * KEYS: 1 the stream
 * ARGV: 1 entries younger than so many milliseconds stay · 2 so many of the last entries stay · 3 how many are removed at most
 *
 * Replies:
 * - count, 1 or 0: so many entries were removed; 1 when a group still needs entries that would have been removed.
 *
 * When the reply is lost, the same call may be repeated: entries that are gone are not counted again.
 */
export const TRIM_PUBLISHED = script(`
local stream = KEYS[1]
local youngerThanMs, lastEntries, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])

${IS_BEHIND}

-- The first entry that a group still needs, or the last one that it needs no more.
local function neededBy(name, pending, lastDeliveredId)
  if pending == 0 then return lastDeliveredId end
  return redis.call('XPENDING', stream, name)[2]
end

local mayGo = math.min(redis.call('XLEN', stream) - lastEntries, most)
if mayGo <= 0 then return {0, 0} end

local time = redis.call('TIME')
local cut = string.format('%.0f-0', math.max(0, time[1] * 1000 + math.floor(time[2] / 1000) - youngerThanMs))
local oldest = redis.call('XRANGE', stream, '-', '+', 'COUNT', mayGo + 1)
local firstKept = oldest[mayGo + 1]
if firstKept and isBehind(firstKept[1], cut) then cut = firstKept[1] end
if not isBehind(oldest[1][1], cut) then return {0, 0} end

local heldBack = 0
for _, group in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
  local found = {}
  for at = 1, #group, 2 do found[group[at]] = group[at + 1] end
  local needed = neededBy(found['name'], found['pending'], found['last-delivered-id'])
  if isBehind(needed, cut) then cut, heldBack = needed, 1 end
end

-- Whole nodes are cheap to remove. Where a node has more entries than one call may remove, they are removed one by one.
local removed = redis.call('XTRIM', stream, 'MINID', '~', cut)
if removed == 0 and mayGo == most then removed = redis.call('XTRIM', stream, 'MINID', cut) end
return {removed, heldBack}
`);
