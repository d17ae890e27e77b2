import { setTimeout as sleep } from 'node:timers/promises';
import { DependencyFault } from '@galaxy/ports';
import { MAX_BLOCK_MS } from '../connection/connection-options.js';
import { unlessOver } from '../connection/deadline.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import type { StreamEntry } from './stream-reply.js';
import { streamEntries } from './stream-reply.js';

const BATCH = 100;
const RETRY_MS = 100;

/** What to read: every entry of the stream after an id, until the signal aborts. */
export interface TailStreamOptions {
  readonly key: string;
  readonly after: string;
  readonly signal: AbortSignal;
}

/**
 * Gives every entry of a stream after an id, in order, and waits for more. Goes on by itself after lost connections and
 * restarts of the server, from the last entry given: none is skipped, none is given twice. Ends when the signal aborts.
 * The connection must be of role `reader` and used for nothing else.
 * @throws DependencyFault that is not retryable when the server refuses for good.
 */
export async function* tailStream(
  reader: RedisConnection,
  { key, after, signal }: TailStreamOptions,
): AsyncGenerator<StreamEntry, void, undefined> {
  const aborted = (): boolean => signal.aborted;
  let last = after;
  while (!aborted()) {
    for (const entry of await nextEntries(reader, { key, after: last, signal })) {
      if (aborted()) return;
      last = entry.entryId;
      yield entry;
    }
  }
}

/**
 * The next entries of a stream after an id, at most 100, without waiting for more.
 * @throws DependencyFault when the server does not answer or refuses.
 */
export async function readStream(
  commands: RedisConnection,
  { key, after }: Omit<TailStreamOptions, 'signal'>,
): Promise<readonly StreamEntry[]> {
  const reply: unknown = await commands.run('read', (client) => client.xreadBuffer('COUNT', BATCH, 'STREAMS', key, after));
  return [...streamEntries(reply).values()].flat();
}

/** The next entries, or none after a while, when the signal aborts, or after a fault that may pass. */
async function nextEntries(reader: RedisConnection, { key, after, signal }: TailStreamOptions): Promise<readonly StreamEntry[]> {
  const read = reader.run('read', (client) => client.xreadBuffer('COUNT', BATCH, 'BLOCK', MAX_BLOCK_MS, 'STREAMS', key, after));
  try {
    // The connection's own deadline comes first; this is for the signal.
    const reply: unknown = await unlessOver(read, 2 ** 31 - 1, signal);
    return [...streamEntries(reply).values()].flat();
  } catch (error) {
    if (signal.aborted) return [];
    if (!(error instanceof DependencyFault && error.retryable)) throw error;
    await unlessOver(sleep(RETRY_MS), RETRY_MS, signal);
    return [];
  }
}
