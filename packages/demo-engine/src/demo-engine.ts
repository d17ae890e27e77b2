import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DemoHandler } from './demo-handler.js';
import { createDemoHandler } from './demo-handler.js';
import type { DemoEngineOptions } from './options.js';

/** A demo engine that listens. */
export interface DemoEngine {
  /** Its address, e.g. `http://127.0.0.1:41234`. */
  readonly url: string;
  /** Stops listening and cuts every connection. A turn under way is lost unless it was saved. */
  close(): Promise<void>;
}

/**
 * Starts a small game engine that keeps the contract contracts/engine-openapi.yaml. Resolves once it listens.
 * Rejects when the address is taken or the state file does not contain a turn.
 */
export async function createDemoEngine(options: DemoEngineOptions = {}): Promise<DemoEngine> {
  const handler = await createDemoHandler(options);
  const server = createServer((request, response) => void handler.respond(request, response));
  const url = await listen(server, options.host ?? '127.0.0.1', options.port ?? 0);
  handler.open();
  return { url, close: () => close(server, handler) };
}

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo;
      resolve(`http://${address.address}:${address.port}`);
    });
  });
}

function close(server: Server, handler: DemoHandler): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
    handler.close();
  });
}
