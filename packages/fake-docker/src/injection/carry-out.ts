import type { ServerResponse } from 'node:http';
import type { ApiCall } from '../api/endpoints.js';
import type { Reply } from '../api/reply.js';
import { json, send } from '../api/reply.js';
import type { ContainerBody } from '../containers/fake-container.js';
import { gameOf } from '../containers/fake-container.js';
import type { FakeDaemon } from '../fake-daemon.js';
import type { CallInjection } from './call-injections.js';

/** Carries out one call with its injection, if there is one. Rejects when the daemon ends before, or on an unexpected error. */
export async function carryOut(daemon: FakeDaemon, call: ApiCall, response: ServerResponse, act: () => Promise<Reply>): Promise<void> {
  const { endpoint, target } = call;
  daemon.audit.called(endpoint);
  const injection = daemon.injections.calls.injectionFor({ endpoint, target, gameId: gameIdOf(daemon, call) });
  if (injection !== null && prevented(response, injection)) return;
  await untilDue(daemon, call, response, injection);
  answer(response, await act(), injection);
}

function prevented(response: ServerResponse, injection: CallInjection): boolean {
  if (injection.kind === 'reset') response.destroy();
  if (injection.kind === 'refuse') send(response, json({ message: injection.message }, injection.status), false);
  return injection.kind === 'reset' || injection.kind === 'refuse' || injection.kind === 'hang';
}

async function untilDue(
  daemon: FakeDaemon,
  { endpoint, target }: ApiCall,
  response: ServerResponse,
  injection: CallInjection | null,
): Promise<void> {
  if (injection?.kind === 'late') response.destroy();
  if (injection?.kind === 'late' || injection?.kind === 'delay') await daemon.run.for(injection.ms);
  const container = HELD.includes(endpoint) ? daemon.containers.peek(target) : null;
  if (container !== null && daemon.injections.isHung(container)) await daemon.run.until(daemon.injections.untilUnhung(container));
}

// These calls take the lock of a container. A list does not.
const HELD: readonly string[] = ['inspect', 'start', 'stop', 'kill', 'pause', 'unpause', 'remove'];

function answer(response: ServerResponse, reply: Reply, injection: CallInjection | null): void {
  if (injection?.kind === 'lose_reply') response.destroy();
  else if (injection?.kind === 'fail_after') send(response, json({ message: injection.message ?? 'context canceled' }, 500), false);
  else send(response, reply, injection?.kind === 'cut_reply');
}

function gameIdOf(daemon: FakeDaemon, { endpoint, target, body }: ApiCall): string | null {
  if (endpoint === 'create') return (body as ContainerBody | undefined)?.Labels?.['galaxy.game_id'] ?? null;
  const container = daemon.containers.peek(target);
  return container === null ? null : gameOf(container);
}
