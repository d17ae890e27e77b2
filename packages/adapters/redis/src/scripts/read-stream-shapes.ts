import { script } from './script.js';

/**
 * Reads how far streams reach, all at one moment.
 *
 * KEYS: the streams
 * ARGV: none
 *
 * Replies, one per stream:
 * - nil: the stream does not exist.
 * - five texts: first and last entry id held, highest id ever given out, entries ever added, entries held. The first two are
 *   empty when no entry is held. Entries added is empty on a server older than Redis 7, which does not tell it.
 *
 * Nothing is changed: when the reply is lost, ask again.
 */
export const READ_STREAM_SHAPES = script(`
-- Lua may write a large number as 1e+15.
local function asText(count)
  return string.format('%.0f', count)
end

-- XINFO answers with a flat list of names and values, among them whole entries, which are left out here.
local function shapeOf(stream)
  if redis.call('EXISTS', stream) == 0 then return false end
  local info = redis.call('XINFO', 'STREAM', stream)
  local found = {}
  for at = 1, #info, 2 do
    found[info[at]] = info[at + 1]
  end
  local first, last, added = found['first-entry'], found['last-entry'], found['entries-added']
  return {
    first and first[1] or '',
    last and last[1] or '',
    found['last-generated-id'],
    added and asText(added) or '',
    asText(found['length']),
  }
end

local shapes = {}
for at, stream in ipairs(KEYS) do
  shapes[at] = shapeOf(stream)
end
return shapes
`);
