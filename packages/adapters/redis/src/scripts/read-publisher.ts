import { script } from './script.js';

/**
 * Reads the publish epoch and the outbox ids of a stream, from a server that may be written to.
 *
 * KEYS: 1 the hash with `epoch`, `last_outbox_id` and `forgotten_up_to`
 * ARGV: none
 *
 * Replies:
 * - epoch, last outbox id, forgotten up to: each nil when it is not there.
 * - the error READONLY: the server is a replica.
 * - the error WRONGTYPE: the key is no hash.
 *
 * Nothing is changed: when the reply is lost, ask again.
 */
export const READ_PUBLISHER = script(`
local publisher = KEYS[1]

-- Removes nothing: no field has an empty name. But a server that has become a replica goes on answering reads, and refuses
-- this. A server without room refuses it too, and can still be read.
local probe = redis.pcall('HDEL', publisher, '')
local refusal = type(probe) == 'table' and probe.err
if refusal and (refusal:find('^%-?READONLY') or refusal:find('^%-?WRONGTYPE')) then return probe end

return redis.call('HMGET', publisher, 'epoch', 'last_outbox_id', 'forgotten_up_to')
`);
