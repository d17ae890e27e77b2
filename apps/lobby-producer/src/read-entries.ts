import { RedisConnection, tailStream } from '@galaxy/adapter-redis';
import { parseEntryId } from '@galaxy/domain';
import { InvalidInputError } from '@galaxy/ports';
import type { RawEntry } from '@galaxy/wire';
import { rawJson } from '@galaxy/wire';
import type { RedisServer } from './redis-server.js';
import { serverOf } from './redis-server.js';

/** Which entries to read: every one of a stream after an id, until the signal aborts. */
export type ReadEntriesOptions = RedisServer & {
  /** The id of the last entry you have dealt with; `0-0` for none. */
  readonly after: string;
  /** Ends the reading. */
  readonly signal: AbortSignal;
  /** The key of the stream, where it is not the default. */
  readonly key?: string;
};

/** One entry as it was read. Its own type: what is published must not mention the adapter, which is packed into it. */
export interface ReadEntry {
  readonly entryId: string;
  readonly entry: RawEntry;
}

/** An entry that is not what the stream is for. */
export interface UndecodableEntry {
  readonly kind: 'undecodable';
  readonly entryId: string;
  /** Why it is none. */
  readonly undecodable: string;
  /** JSON of the entry as it is: an array of `[field, value]`, both base64. */
  readonly raw: string;
}

/**
 * Gives what `decoded` makes of every entry of a stream, over a connection of its own.
 * @throws InvalidInputError at once, when `after` is no entry id or the server is wrong; `what` names the call.
 */
export function readEntries<T>(
  what: string,
  options: ReadEntriesOptions & { readonly key: string },
  decoded: (entry: ReadEntry) => T,
): AsyncGenerator<T, void, undefined> {
  const { after, key, signal } = options;
  if (parseEntryId(after) === null) throw new InvalidInputError(`${what}: ${JSON.stringify(after)} is no entry id`);
  const server = serverOf(options);
  return (async function* () {
    const reader = new RedisConnection({ server, role: 'reader' });
    try {
      for await (const entry of tailStream(reader, { key, after, signal })) yield decoded(entry);
    } finally {
      reader.close();
    }
  })();
}

/** The entry as one that could not be decoded, and why. */
export function undecodable({ entryId, entry }: ReadEntry, refusal: string): UndecodableEntry {
  return { kind: 'undecodable', entryId, undecodable: refusal, raw: rawJson(entry) };
}
