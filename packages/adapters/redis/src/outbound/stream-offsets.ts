import type { StreamOffsetLabel, StreamOffsetStore } from '@galaxy/ports';
import type { RedisConnection } from '../connection/redis-connection.js';

const OFFSETS_PREFIX = 'runtime:stream_offsets:';

/** Keeps stream offsets in Redis, one string per label under `runtime:stream_offsets:{label}`. */
export class RedisStreamOffsetStore implements StreamOffsetStore {
  readonly #commands: RedisConnection;
  readonly #prefix: string;

  constructor({ commands, offsetsPrefix }: { readonly commands: RedisConnection; readonly offsetsPrefix?: string }) {
    this.#commands = commands;
    this.#prefix = offsetsPrefix ?? OFFSETS_PREFIX;
  }

  async load(label: StreamOffsetLabel): Promise<string | null> {
    return this.#commands.run('read', (client) => client.get(this.#prefix + label));
  }

  async save(label: StreamOffsetLabel, entryId: string): Promise<void> {
    await this.#commands.run('write', (client) => client.set(this.#prefix + label, entryId));
  }
}
