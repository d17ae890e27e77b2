import { Buffer } from 'node:buffer';
import type { EntryRequeue } from '@galaxy/manager-ports';
import { parseRawJson } from '@galaxy/wire';
import type { RedisConnection } from '../connection/redis-connection.js';
import { unexpectedReply } from '../connection/redis-faults.js';
import { PUBLISH_ONCE } from '../scripts/publish-once.js';
import { runScript } from '../scripts/script.js';

/** How long the server remembers what was put back: a month, in which whoever was interrupted comes back to it. */
const REMEMBER_SECONDS = String(30 * 24 * 3600);

/** Puts entries back into Redis Streams. The server remembers `once` in the key `{stream}:sent:{once}`. */
export class RedisEntryRequeue implements EntryRequeue {
  readonly #commands: RedisConnection;

  /** Takes a connection of role `commands`. */
  constructor({ commands }: { readonly commands: RedisConnection }) {
    this.#commands = commands;
  }

  async requeue(entry: { readonly stream: string; readonly raw: string; readonly once: string }): Promise<{ readonly entryId: string }> {
    const keys = [entry.stream, `${entry.stream}:sent:${entry.once}`];
    const fields = parseRawJson(entry.raw).flatMap((field) => field.map((bytes) => Buffer.from(bytes)));
    const reply = await this.#commands.run('write', (client) => runScript(client, PUBLISH_ONCE, keys, [REMEMBER_SECONDS, ...fields]));
    if (typeof reply !== 'string') throw unexpectedReply('EVALSHA');
    return { entryId: reply };
  }
}
