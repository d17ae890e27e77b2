import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModeSwitch } from './mode-switch.js';

/** `request`: from the client to the server. `reply`: back. */
type Direction = 'request' | 'reply';

/** The connection of a client to a fault proxy, and the connection of the proxy to the server for it. */
export class ProxiedConnection {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #switch: ModeSwitch;
  #replyBytes = 0;
  #countedSince = -1;

  constructor(client: Socket, server: Socket, modes: ModeSwitch) {
    this.#client = client;
    this.#server = server;
    this.#switch = modes;
    // The listeners of 'close' below handle errors. Without a listener of 'error', an error would end the process.
    for (const socket of [client, server]) socket.on('error', () => undefined);
    client.once('close', () => server.destroy());
    server.once('close', (hadError) => hadError && this.reset());
    void this.#carry('request', client, server);
    void this.#carry('reply', server, client);
  }

  /** Ends the connection at once; a TCP connection by a reset. */
  reset(): void {
    resetSocket(this.#client);
    this.#server.destroy();
  }

  /** Passes one chunk after the other, so that order and back-pressure are kept. */
  async #carry(direction: Direction, from: Socket, to: Socket): Promise<void> {
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) await this.#pass(direction, chunk, to);
      if (await this.#mayPass(direction)) to.end();
    } catch {
      // The connection is gone. The listener of 'close' has ended the other side.
    }
  }

  async #pass(direction: Direction, chunk: Buffer, to: Socket): Promise<void> {
    if (!(await this.#mayPass(direction))) return;
    const { mode } = this.#switch;
    if (mode.kind === 'delay') await sleep(mode.ms);
    if (mode.kind === 'cut_reply' && direction === 'reply') return this.#passUpTo(mode.afterBytes, mode.then, chunk, to);
    await write(to, chunk);
  }

  /** Waits while the mode is `hold`. Then returns whether anything in this direction is passed. */
  async #mayPass(direction: Direction): Promise<boolean> {
    while (this.#switch.mode.kind === 'hold') await this.#switch.changed();
    const { kind } = this.#switch.mode;
    return kind !== 'black_hole' && !(kind === 'drop_replies' && direction === 'reply');
  }

  async #passUpTo(limit: number, then: 'reset' | 'end' | 'silence', chunk: Buffer, to: Socket): Promise<void> {
    if (this.#countedSince !== this.#switch.changes) this.#replyBytes = 0;
    this.#countedSince = this.#switch.changes;
    const room = Math.max(0, limit - this.#replyBytes);
    this.#replyBytes += chunk.length;
    if (room > 0) await write(to, chunk.subarray(0, room));
    if (chunk.length < room || then === 'silence') return;
    if (then === 'end') return void to.end();
    // If data and a reset arrive together, a client may see an orderly end instead of the reset (libuv does). So data comes first.
    await sleep(10);
    this.reset();
  }
}

/** Resets a TCP connection, so that its peer sees ECONNRESET and not an orderly end. Closes any other connection. */
export function resetSocket(socket: Socket): void {
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

async function write(to: Socket, chunk: Buffer): Promise<void> {
  if (to.writable && !to.write(chunk)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
}
