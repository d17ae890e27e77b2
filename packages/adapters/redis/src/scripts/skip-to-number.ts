import { script } from './script.js';

/**
 * Raises the last number of a lane, so that the numbers up to it count as published. It is never lowered.
 *
 * KEYS: 1 the hash with the last number of each lane
 * ARGV: 1 the lane · 2 the number
 *
 * Replies:
 * - nil: the lane's last number is at least this one.
 *
 * When the reply is lost, the same call may be repeated: it does nothing when the lane is at the number or beyond it.
 */
export const SKIP_TO_NUMBER = script(`
local lastNumbers = KEYS[1]
local lane, number = ARGV[1], ARGV[2]

local held = redis.call('HGET', lastNumbers, lane) or '0'
if tonumber(number) > tonumber(held) then
  redis.call('HSET', lastNumbers, lane, number)
end
`);
