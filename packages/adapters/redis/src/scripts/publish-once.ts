import { script } from './script.js';

/**
 * Appends an entry to a stream once, however often the call is sent.
 *
 * KEYS: 1 the stream · 2 a key of this call's own, which remembers the entry's id
 * ARGV: 1 for how many seconds to remember the call · from 2 on the entry's fields and values
 *
 * Replies:
 * - the entry's id: appended by this call, or by an earlier one with the same second key.
 *
 * When the reply is lost, the same call may be repeated while it is remembered: the answer is the id of the first time.
 * Later than that it appends a second entry.
 */
export const PUBLISH_ONCE = script(`
local stream, call = KEYS[1], KEYS[2]
local rememberSeconds = ARGV[1]

local sent = redis.call('GET', call)
if sent then return sent end

local entryId = redis.call('XADD', stream, '*', unpack(ARGV, 2))
redis.call('SET', call, entryId, 'EX', rememberSeconds)
return entryId
`);
