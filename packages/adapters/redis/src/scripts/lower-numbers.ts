import { script } from './script.js';

/**
 * Lowers the last numbers of lanes to at most what is given. None is raised, and a lane that has no number gets none.
 *
 * KEYS: 1 the hash with the last number of each lane
 * ARGV: a lane and its number, and so on
 *
 * Replies:
 * - how many lanes were lowered.
 *
 * When the reply is lost, the same call may be repeated: what was lowered before is not counted again.
 */
export const LOWER_NUMBERS = script(`
local lastNumbers = KEYS[1]

local lowered = 0
for at = 1, #ARGV, 2 do
  local lane, number = ARGV[at], ARGV[at + 1]
  local held = redis.call('HGET', lastNumbers, lane)
  if held and tonumber(held) > tonumber(number) then
    redis.call('HSET', lastNumbers, lane, number)
    lowered = lowered + 1
  end
end
return lowered
`);
