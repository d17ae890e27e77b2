/** For the top of a script: the function `isBehind(entryId, other)`, whether one entry id is lower than another. */
export const IS_BEHIND = `-- Parts of an entry id have 64 bits, too many for Lua's numbers: they are compared by length, then as text.
local function isLess(digits, others)
  if #digits ~= #others then return #digits < #others end
  return digits < others
end

local function isBehind(entryId, other)
  local ms, sequence = entryId:match('^(%d+)%-(%d+)$')
  local otherMs, otherSequence = other:match('^(%d+)%-(%d+)$')
  if ms ~= otherMs then return isLess(ms, otherMs) end
  return isLess(sequence, otherSequence)
end`;
