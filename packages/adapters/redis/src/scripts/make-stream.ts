import { script } from './script.js';

/**
 * Makes a stream without an entry, unless there is one. It is a script of its own, apart from ADOPT_EPOCH: a client that
 * waits in XREAD is looked at when the script that made the stream has ended, and would be given an empty reply if the
 * stream's last id had been raised by then.
 *
 * KEYS: 1 the stream
 * ARGV: none
 *
 * Replies:
 * - nil: the stream exists.
 *
 * When the reply is lost, the same call may be repeated: it does nothing when the stream exists.
 */
export const MAKE_STREAM = script(`
local stream = KEYS[1]
if redis.call('EXISTS', stream) == 1 then return end

-- Only making a group makes a stream without an entry.
redis.call('XGROUP', 'CREATE', stream, 'making', '0', 'MKSTREAM')
redis.call('XGROUP', 'DESTROY', stream, 'making')
`);
