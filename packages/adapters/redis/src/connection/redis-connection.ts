import { Redis } from 'ioredis';
import type { RedisRole } from './connection-options.js';
import { connectionOptions, DEADLINES_MS, MAX_BLOCK_MS } from './connection-options.js';
import { withDeadline } from './deadline.js';
import { connectionClosed, isNotWritten, isReply, notConnected, redisFault } from './redis-faults.js';

/** After how long without any answer, though asked, the client is thrown away for a new one. */
const SILENT_MS = 3 * MAX_BLOCK_MS;

/** Which server, and what for. */
export interface RedisConnectionOptions {
  /** `redis://` or `rediss://` URL, or a client to copy the settings of; the client itself is not used. */
  readonly server: string | Redis;
  readonly role: RedisRole;
}

/**
 * One connection to Redis, kept up for as long as it is wanted. While there is none, commands fail at once; it comes
 * back without help. No command outlives its deadline, none is sent twice, and none to another database than the URL names.
 */
export class RedisConnection {
  readonly #connect: () => Redis;
  readonly #deadlineMs: number;
  #client: Redis;
  #connectError: Error | null = null;
  #silentSince: number | null = null;
  #connections = 0;
  #closed = false;

  constructor({ server, role }: RedisConnectionOptions) {
    const options = connectionOptions(role);
    this.#connect = () => this.#watched(typeof server === 'string' ? new Redis(server, options) : server.duplicate(options));
    this.#deadlineMs = DEADLINES_MS[role];
    this.#client = this.#connect();
  }

  /**
   * Sends a command. `kind` says whether it changes anything.
   * @throws DependencyFault when there is no connection, no reply, or an error for a reply.
   */
  async run<T>(kind: 'read' | 'write', command: (client: Redis) => Promise<T>): Promise<T> {
    if (this.#closed) throw connectionClosed();
    this.#replaceIfSilent();
    try {
      if (this.#client.status !== 'ready') throw notConnected(this.#connectError);
      const reply = await withDeadline(command(this.#client), this.#deadlineMs);
      this.#silentSince = null;
      return reply;
    } catch (error) {
      this.#silentSince = isReply(error) ? null : (this.#silentSince ?? performance.now());
      throw redisFault(error, kind);
    }
  }

  /** Names the present connection: another one after every reconnection. Asked before a command, it names no later one than the command's. */
  get name(): string {
    return String(this.#connections);
  }

  /** Returns when the server answers; throws DependencyFault when it does not. */
  async ping(): Promise<void> {
    await this.run('read', (client) => client.ping());
  }

  /** Closes the connection; commands under way fail, and so does every later one, for good. Repeating is safe. */
  close(): void {
    this.#closed = true;
    this.#client.disconnect();
  }

  // The driver's own timeouts should have reconnected long before: this is for what they do not cover.
  #replaceIfSilent(): void {
    const now = performance.now();
    if (this.#silentSince === null || now - this.#silentSince < SILENT_MS) return;
    this.#silentSince = now;
    this.#client.disconnect();
    this.#client = this.#connect();
  }

  #watched(client: Redis): Redis {
    // Without a listener the driver writes every error to the console.
    client.on('error', (error) => {
      // That follows when a connection is left, and hides why it was.
      if (!isNotWritten(error)) this.#connectError = error;
      // The driver would go on in the first database instead, where other installations may be.
      if (isRefusedSelect(error)) client.disconnect(true);
    });
    client.on('ready', () => {
      this.#connections += 1;
      this.#connectError = null;
    });
    return client;
  }
}

// The driver notes on the error of a reply which command it answers.
function isRefusedSelect(error: Error): boolean {
  const { command } = error as { readonly command?: { readonly name?: unknown } };
  return isReply(error) && command?.name === 'select';
}
