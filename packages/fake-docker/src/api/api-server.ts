import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { containerRoutes } from '../containers/container-routes.js';
import { RunOver } from '../daemon-run.js';
import type { FakeDaemon } from '../fake-daemon.js';
import { imageRoutes } from '../images/image-routes.js';
import { carryOut } from '../injection/carry-out.js';
import { networkRoutes } from '../networks/network-routes.js';
import { ApiRefusal } from './api-refusal.js';
import type { ApiCall, Endpoint } from './endpoints.js';
import { endpointOf } from './endpoints.js';
import type { Reply } from './reply.js';
import { failure, send } from './reply.js';
import { systemRoutes } from './system-routes.js';

type Handler = (daemon: FakeDaemon, call: ApiCall) => Reply | Promise<Reply>;

const routes: Readonly<Record<Endpoint, Handler>> = { ...systemRoutes, ...containerRoutes, ...imageRoutes, ...networkRoutes };

/** The API of a fake daemon on a unix socket, for one run of the daemon. */
export class ApiServer {
  readonly #daemon: FakeDaemon;
  readonly #path: string;
  readonly #server: Server;

  constructor(daemon: FakeDaemon, path: string) {
    this.#daemon = daemon;
    this.#path = path;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    // As in the real daemon, a connection stays open as long as the client wants, and a call has no time limit.
    Object.assign(this.#server, { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
  }

  /** Begins to listen. */
  async open(): Promise<void> {
    await rm(this.#path, { force: true });
    this.#server.listen(this.#path);
    await once(this.#server, 'listening');
  }

  /** Ends at once: cuts all connections and removes the socket. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
    await rm(this.#path, { force: true });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const call = await read(request);
      await this.#daemon.run.untilAwake();
      await carryOut(this.#daemon, call, response, () => settled(this.#daemon, call));
    } catch (error) {
      // The client is gone, or the run of the daemon is over: there is no one to answer.
      if (error instanceof ApiRefusal) send(response, failure(error), false);
      else response.destroy();
    }
  }
}

async function read(request: IncomingMessage): Promise<ApiCall> {
  const where = endpointOf(request.method ?? '', request.url ?? '/');
  const body = await text(request);
  return { ...where, body: body === '' || where.endpoint === 'pull' ? undefined : parsed(body) };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new ApiRefusal(500, 'unexpected EOF');
  }
}

// A refusal is an answer, too, and so is an unexpected error. If the daemon has ended, there is no answer.
async function settled(daemon: FakeDaemon, call: ApiCall): Promise<Reply> {
  try {
    return await routes[call.endpoint](daemon, call);
  } catch (error) {
    if (error instanceof RunOver) throw error;
    return failure(error);
  }
}
