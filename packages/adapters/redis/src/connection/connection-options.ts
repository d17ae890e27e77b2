import type { RedisOptions } from 'ioredis';

/** The longest a blocking read may block, in milliseconds: what a silent connection costs before it is noticed. */
export const MAX_BLOCK_MS = 2000;

/** How long past the end of a block a reply may take. */
const REPLY_MS = 1500;

/** What a connection is for: one that blocks in reads, or one whose commands are answered at once. */
export type RedisRole = 'reader' | 'commands';

/** How long a command of each role may stay unanswered before our own deadline ends it; the driver's timeouts come first. */
export const DEADLINES_MS: Readonly<Record<RedisRole, number>> = { reader: MAX_BLOCK_MS + 2 * REPLY_MS, commands: 3000 };

/**
 * The driver's settings under which no command is sent twice, queued while the server is away, or left pending for ever:
 *
 * - A command whose reply was lost is rejected, never re-sent: it may have been carried out. In ioredis 6.0.0
 *   `autoResendUnfulfilledCommands: false` alone leaves it pending (https://github.com/redis/ioredis/issues/2193), so
 *   `maxRetriesPerRequest: 0` goes with it.
 * - `socketTimeout` destroys a connection on which nothing comes back; `commandTimeout` and `blockingTimeout` would only
 *   give up the command and leave the dead connection for the next one.
 * - A server that stopped being the primary is left at once, for whichever is now behind the address.
 */
export function connectionOptions(role: RedisRole): RedisOptions & { readonly replyMapping: 'legacy' } {
  return {
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    enableAutoPipelining: false,
    lazyConnect: false,
    connectTimeout: 2000,
    maxLoadingRetryTime: 500,
    socketTimeout: role === 'reader' ? MAX_BLOCK_MS + REPLY_MS : 2000,
    commandTimeout: role === 'reader' ? undefined : 2500,
    blockingTimeout: undefined,
    retryStrategy: reconnectDelay,
    reconnectOnError: (error) => /^(READONLY|UNBLOCKED|MASTERDOWN)\b/.test(error.message),
    replyMapping: 'legacy',
    stringNumbers: false,
    monitor: false,
    readOnly: false,
  };
}

/** Milliseconds before the nth attempt to connect again: doubling from 50, at most 1000, half of it by chance. */
export function reconnectDelay(attempt: number): number {
  const ceiling = Math.min(1000, 50 * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling * (0.5 + Math.random() / 2));
}
