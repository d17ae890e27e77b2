import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Game } from './game.js';
import type { DemoEngineOptions } from './options.js';
import { problem, send } from './replies.js';
import type { Routes } from './routes.js';
import { answer, engineRoutes } from './routes.js';
import { openTurnStore } from './turn-store.js';

/** A demo engine that is listening. */
export interface DemoEngine {
  /** Its address, e.g. `http://127.0.0.1:41234`. */
  readonly url: string;
  /** Stops listening and cuts every connection; a turn under way is dropped unless it was saved. */
  close(): Promise<void>;
}

/**
 * Starts a small game engine that honours contracts/engine-openapi.yaml and resolves once it listens.
 * Rejects when the address is taken or the state file does not hold a turn.
 */
export async function createDemoEngine(options: DemoEngineOptions = {}): Promise<DemoEngine> {
  const { readyAfterMs = 0, neverReady = false, turnMs = 0, failAtTurn, finishAtTurn } = options;
  const closing = new AbortController();
  const rules = { turnMs, failAtTurn, finishAtTurn, closing: closing.signal };
  const game = await Game.load(await openTurnStore(options.stateDir), rules);
  let readyAt = Number.POSITIVE_INFINITY;
  const routes = engineRoutes(game, () => performance.now() >= readyAt);
  const server = createServer((request, response) => void respond(routes, request, response, closing.signal));
  const url = await listen(server, options.host ?? '127.0.0.1', options.port ?? 0);
  if (!neverReady) readyAt = performance.now() + readyAfterMs;
  return { url, close: () => close(server, closing) };
}

async function respond(routes: Routes, request: IncomingMessage, response: ServerResponse, closing: AbortSignal): Promise<void> {
  try {
    send(response, await answer(routes, request));
  } catch (error) {
    if (response.destroyed || closing.aborted) return;
    console.error('request failed:', error);
    send(response, problem(500, 'internal_error', 'unexpected error'));
  }
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

function close(server: Server, closing: AbortController): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
    closing.abort();
  });
}
