import type { IncomingMessage, ServerResponse } from 'node:http';
import { Game } from './game.js';
import type { DemoEngineOptions } from './options.js';
import { problem, send } from './replies.js';
import { answer, engineRoutes } from './routes.js';
import { openTurnStore } from './turn-store.js';

/** A demo engine without a listener: the caller passes requests to it. */
export interface DemoHandler {
  /** Begins the time until the engine is ready. Before that it answers like an engine that is starting. */
  open(): void;
  /** Answers one request. Never rejects. */
  respond(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Ends it. A turn under way is lost unless it was saved. */
  close(): void;
}

/** The engine of {@link createDemoEngine}, for a listener of the caller. Rejects when the state file does not contain a turn. */
export async function createDemoHandler(options: Omit<DemoEngineOptions, 'host' | 'port'> = {}): Promise<DemoHandler> {
  const { readyAfterMs = 0, neverReady = false, turnMs = 0, failAtTurn, finishAtTurn } = options;
  const closing = new AbortController();
  const rules = { turnMs, failAtTurn, finishAtTurn, closing: closing.signal };
  const game = await Game.load(await openTurnStore(options.stateDir), rules);
  let readyAt = Number.POSITIVE_INFINITY;
  const routes = engineRoutes(game, () => performance.now() >= readyAt);
  return {
    open: () => {
      if (!neverReady) readyAt = performance.now() + readyAfterMs;
    },
    respond: async (request, response) => {
      try {
        send(response, await answer(routes, request));
      } catch (error) {
        if (response.destroyed || closing.signal.aborted) return;
        console.error('request failed:', error);
        send(response, problem(500, 'internal_error', 'unexpected error'));
      }
    },
    close: () => closing.abort(),
  };
}
