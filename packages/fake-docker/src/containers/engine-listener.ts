import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { DemoHandler } from '@galaxy/demo-engine';
import { createDemoHandler } from '@galaxy/demo-engine';
import { ENGINE_PORT } from '../networks/address-block.js';
import type { EngineBehaviour } from './engine-behaviour.js';

/** What an engine does with requests: answers them, leaves them unanswered, cuts them, or says that it is not well. */
export type EngineMode = 'answers' | 'hangs' | 'cuts' | 'unhealthy';

/** The HTTP listener of one running engine, on the address of its container. */
export class EngineListener {
  /** May be changed at any time. */
  mode: EngineMode = 'answers';
  readonly #server: Server;
  #demo: DemoHandler | null = null;
  readonly #over: Promise<void>;
  #closed = false;
  #settleOver = () => {};
  #thawed: Promise<void> | null = null;
  #thaw = () => {};

  constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    // The end of a container cuts whatever is open.
    this.#server.unref();
    this.#over = new Promise((resolve) => {
      this.#settleOver = resolve;
    });
  }

  /** Begins to listen; returns once it does, or once it was closed. Rejects when the address is taken. */
  async open(address: string, behaviour: EngineBehaviour, stateDir: string | undefined): Promise<void> {
    this.#demo = await createDemoHandler({ ...behaviour, ...(stateDir !== undefined && { stateDir }) });
    if (this.#closed) return;
    this.#server.listen(ENGINE_PORT, address);
    // A server that is closed meanwhile never tells that it listens.
    const listening = once(this.#server, 'listening').then(() => true);
    if (await Promise.race([listening, this.#over.then(() => false)])) this.#demo.open();
  }

  /** Ends it and cuts every connection. */
  close(): void {
    this.#closed = true;
    this.#settleOver();
    this.#demo?.close();
    this.#server.close();
    this.#server.closeAllConnections();
    this.#thaw();
  }

  /** From now on connections are taken and nothing is answered, as the kernel does for a frozen process. */
  freeze(): void {
    this.#thawed ??= new Promise((resolve) => {
      this.#thaw = resolve;
    });
  }

  /** Answers again, also what came in the meantime. */
  thaw(): void {
    this.#thaw();
    this.#thawed = null;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.#thawed;
    if (this.#closed || this.mode === 'hangs') return;
    if (this.mode === 'cuts') return void request.socket.destroy();
    if (this.mode === 'unhealthy') return void response.writeHead(503).end('{"status":"down"}');
    await this.#demo?.respond(request, response);
  }
}
