import { IS_BEHIND } from './entry-id-order.js';
import { script } from './script.js';

/**
 * Raises the publish epoch of a stream, and the stream's last id, so that new entries come after all that were ever read.
 * Neither is ever lowered.
 *
 * KEYS: 1 the stream · 2 the hash with `epoch` and `last_outbox_id`
 * ARGV: 1 the new epoch · 2 the epoch that was seen before the comparison, or empty for none · 3 an entry id, or empty for none
 *
 * Replies:
 * - `adopted`: epoch and last id are at least what was asked for.
 * - `changed`: the server knows an epoch that is neither the one that was seen nor the new one. Nothing was done.
 * - `no_stream`: there is no stream whose last id could be raised. Nothing was done; see MAKE_STREAM.
 *
 * When the reply is lost, the same call may be repeated: the answer is `adopted` again, or `changed` when somebody has
 * adopted another epoch since.
 */
export const ADOPT_EPOCH = script(`
local stream, publisher = KEYS[1], KEYS[2]
local newEpoch, seenEpoch, afterEntryId = ARGV[1], ARGV[2], ARGV[3]

${IS_BEHIND}

-- XINFO answers with a flat list of names and values.
local function lastIdOf(key)
  local info = redis.call('XINFO', 'STREAM', key)
  for at = 1, #info, 2 do
    if info[at] == 'last-generated-id' then return info[at + 1] end
  end
end

local known = redis.call('HGET', publisher, 'epoch') or ''
if known ~= seenEpoch and known ~= newEpoch then return 'changed' end

if afterEntryId ~= '' then
  if redis.call('EXISTS', stream) == 0 then return 'no_stream' end
  if isBehind(lastIdOf(stream), afterEntryId) then redis.call('XSETID', stream, afterEntryId) end
end

if known == '' or tonumber(known) < tonumber(newEpoch) then
  redis.call('HSET', publisher, 'epoch', newEpoch)
end
return 'adopted'
`);
