import { script } from './script.js';

/**
 * Appends a job to its stream, unless its publish id is known already.
 *
 * KEYS: 1 the stream · 2 the key that remembers the publish id
 * ARGV: 1 for how many seconds to remember it · 2 the stream's name · 3 the job's digest · from 4 on the entry's fields and values
 *
 * Replies:
 * - what is remembered of the id, as text (known-publish.ts): of this job when it was appended by this call, otherwise of whatever
 *   came first.
 *
 * When the reply is lost, the same call may be repeated while the id is remembered: the answer is the same. Later than that it
 * appends a second entry.
 */
export const PUBLISH_WITH_ID = script(`
local stream, idKey = KEYS[1], KEYS[2]
local rememberSeconds, name, digest = ARGV[1], ARGV[2], ARGV[3]

local known = redis.call('GET', idKey)
if known then return known end

local entryId = redis.call('XADD', stream, '*', unpack(ARGV, 4))
local text = table.concat({name, entryId, digest}, ' ')
redis.call('SET', idKey, text, 'EX', rememberSeconds)
return text
`);
