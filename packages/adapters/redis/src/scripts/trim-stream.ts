import { IS_BEHIND } from './entry-id-order.js';
import { script } from './script.js';

/**
 * Removes old entries of a stream, if the stream is still the one that the caller has looked at, and nobody else reads it by a group.
 *
 * KEYS: 1 the stream
 * ARGV: 1 the id before which entries are removed · 2 the first id the caller saw · 3 the id up to which the caller has read
 *
 * Replies:
 * - `trimmed`, count: so many entries were removed. Some may be left: the server removes whole nodes, and about 10 000 entries per call.
 * - `changed`: the first entry is another one, or the stream has not yet given out the id up to which was read. Nothing was done.
 * - `other_readers`: the stream has consumer groups. Nothing was done.
 *
 * When the reply is lost, the same call may be repeated: entries that are gone are not counted again.
 */
export const TRIM_STREAM = script(`
local stream = KEYS[1]
local before, firstId, cursor = ARGV[1], ARGV[2], ARGV[3]
if redis.call('EXISTS', stream) == 0 then return {'changed'} end

${IS_BEHIND}

-- XINFO answers with a flat list of names and values.
local info = redis.call('XINFO', 'STREAM', stream)
local found = {}
for at = 1, #info, 2 do
  found[info[at]] = info[at + 1]
end
local first = found['first-entry']
if not first or first[1] ~= firstId or isBehind(found['last-generated-id'], cursor) then return {'changed'} end
if found['groups'] > 0 then return {'other_readers'} end
return {'trimmed', redis.call('XTRIM', stream, 'MINID', '~', before)}
`);
