import type { IncomingMessage } from 'node:http';
import type { Game, PlayerInput } from './game.js';
import type { Reply } from './replies.js';
import { ok, problem } from './replies.js';
import { refuseUnlessJsonObject } from './request-body.js';

type Handler = (request: IncomingMessage) => Reply | Promise<Reply>;

/** The handlers by path, then by method. */
export type Routes = Readonly<Record<string, Readonly<Record<string, Handler>>>>;

/** All routes of contracts/engine-openapi.yaml for one game. All but `/healthz` answer 503 until the engine is ready. */
export function engineRoutes(game: Game, isReady: () => boolean): Routes {
  const whenReady = (handler: Handler): Handler => {
    return (request) => (isReady() ? handler(request) : problem(503, 'not_ready', 'the engine is starting'));
  };
  return {
    '/healthz': { GET: () => (isReady() ? ok({ status: 'ok' }) : { status: 503, body: { status: 'starting' } }) },
    '/api/v1/admin/status': { GET: whenReady(() => ok(game.state)) },
    '/api/v1/admin/turn': { PUT: whenReady(() => generateTurn(game)) },
    '/api/v1/command': { POST: whenReady((request) => takeInput(game, request, 'command')) },
    '/api/v1/order': { POST: whenReady((request) => takeInput(game, request, 'order')) },
    '/api/v1/report': { GET: whenReady((request) => asUser(request, (userId) => ok(game.reportFor(userId)))) },
  };
}

/** Answers a request: 404 for an unknown path, 405 with `Allow` for a wrong method. */
export function answer(routes: Routes, request: IncomingMessage): Reply | Promise<Reply> {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const methods = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (methods === undefined) return problem(404, 'unknown_path', 'there is no such route');
  const handler = methods[request.method ?? ''];
  if (handler === undefined)
    return problem(405, 'unknown_method', 'this route has other methods', { allow: Object.keys(methods).join(', ') });
  return handler(request);
}

async function generateTurn(game: Game): Promise<Reply> {
  const outcome = await game.generateTurn();
  switch (outcome.kind) {
    case 'generated':
      return ok(outcome.state);
    case 'already_finished':
      return problem(409, 'game_finished', 'the game is finished, no turn follows');
    case 'under_way':
      return problem(409, 'turn_under_way', 'a turn is being generated');
    case 'failed':
      return problem(500, 'turn_failed', 'the turn could not be generated');
  }
}

async function takeInput(game: Game, request: IncomingMessage, input: PlayerInput): Promise<Reply> {
  const refusal = await refuseUnlessJsonObject(request);
  if (refusal !== undefined) return refusal;
  return asUser(request, (userId) => {
    if (game.state.finished) return problem(409, 'game_finished', 'the game is finished, nothing is taken any more');
    game.take(userId, input);
    return ok({ accepted: true, turn: game.state.turn });
  });
}

function asUser(request: IncomingMessage, act: (userId: string) => Reply): Reply {
  const userId = request.headers['x-user-id'];
  const known = typeof userId === 'string' && userId !== '';
  return known ? act(userId) : problem(400, 'user_required', 'the header X-User-Id is required');
}
