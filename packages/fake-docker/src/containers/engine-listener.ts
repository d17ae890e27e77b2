import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { DemoHandler } from '@galaxy/demo-engine';
import { createDemoHandler } from '@galaxy/demo-engine';
import { ENGINE_PORT } from '../networks/address-block.js';
import type { EngineBehaviour } from './engine-behaviour.js';

/** What an engine does with requests: it answers them, never answers, cuts the connection, or answers `/healthz` with 503. */
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
    // It must not keep the test's process alive.
    this.#server.unref();
    this.#over = new Promise((resolve) => {
      this.#settleOver = resolve;
    });
  }

  /** Begins to listen. Returns once it listens or was closed. Rejects when the address is taken. */
  async open(address: string, behaviour: EngineBehaviour, stateDir: string | undefined): Promise<void> {
    this.#demo = await createDemoHandler({ ...behaviour, ...(stateDir !== undefined && { stateDir }) });
    if (this.#closed) return;
    this.#server.listen(ENGINE_PORT, address);
    // A server that is closed meanwhile never emits 'listening'.
    const listening = once(this.#server, 'listening').then(() => true);
    if (await Promise.race([listening, this.#over.then(() => false)])) this.#demo.open();
  }

  /** Stops listening and cuts every connection. */
  close(): void {
    this.#closed = true;
    this.#settleOver();
    this.#demo?.close();
    this.#server.close();
    this.#server.closeAllConnections();
    this.#thaw();
  }

  /** From now on, connections are accepted but not answered, as the kernel does it for a frozen process. */
  freeze(): void {
    this.#thawed ??= new Promise((resolve) => {
      this.#thaw = resolve;
    });
  }

  /** Answers again, also the requests that came meanwhile. */
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
