import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModeSwitch } from './mode-switch.js';

/** Where bytes go: requests from the client to the server, replies back. */
type Direction = 'request' | 'reply';

/** One client's connection through a fault proxy, and the one made to the server for it. */
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
    // Errors are told by 'close', below; without a listener they would end the process.
    for (const socket of [client, server]) socket.on('error', () => undefined);
    client.once('close', () => server.destroy());
    server.once('close', (hadError) => hadError && this.reset());
    void this.#carry('request', client, server);
    void this.#carry('reply', server, client);
  }

  /** Ends the connection at once, by a TCP reset where it is TCP. */
  reset(): void {
    resetSocket(this.#client);
    this.#server.destroy();
  }

  /** One chunk after the other, so that neither order nor back-pressure is lost. */
  async #carry(direction: Direction, from: Socket, to: Socket): Promise<void> {
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) await this.#pass(direction, chunk, to);
      if (await this.#mayPass(direction)) to.end();
    } catch {
      // The connection is gone; 'close' has told the other side.
    }
  }

  async #pass(direction: Direction, chunk: Buffer, to: Socket): Promise<void> {
    if (!(await this.#mayPass(direction))) return;
    const { mode } = this.#switch;
    if (mode.kind === 'delay') await sleep(mode.ms);
    if (mode.kind === 'cut_reply' && direction === 'reply') return this.#passUpTo(mode.afterBytes, mode.then, chunk, to);
    await write(to, chunk);
  }

  /** Waits out `hold`; then tells whether anything in this direction gets through. */
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
    // A client that notices data and a reset at once may take the reset for an orderly end (libuv does): data first.
    await sleep(10);
    this.reset();
  }
}

/** Resets a TCP connection, so that its peer sees ECONNRESET rather than an orderly end; closes any other. */
export function resetSocket(socket: Socket): void {
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

async function write(to: Socket, chunk: Buffer): Promise<void> {
  if (to.writable && !to.write(chunk)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
}
