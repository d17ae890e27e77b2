import { script } from './script.js';

/**
 * Tells what is remembered of a publish id. One that is not known is withdrawn, so that no later call publishes with it.
 *
 * KEYS: 1 the key that remembers the publish id
 * ARGV: 1 for how many seconds to remember it · 2 the text of an id that is withdrawn
 *
 * Replies:
 * - what is remembered of the id from now on, as text (known-publish.ts).
 *
 * When the reply is lost, the same call may be repeated: the answer is the same while the id is remembered.
 */
export const WITHDRAW_ID = script(`
local idKey = KEYS[1]
local rememberSeconds, withdrawn = ARGV[1], ARGV[2]

local known = redis.call('GET', idKey)
if known then return known end

redis.call('SET', idKey, withdrawn, 'EX', rememberSeconds)
return withdrawn
`);
