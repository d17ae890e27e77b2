import type { ServerResponse } from 'node:http';
import type { ApiCall } from '../api/endpoints.js';
import type { Reply } from '../api/reply.js';
import { json, send } from '../api/reply.js';
import type { ContainerBody } from '../containers/fake-container.js';
import { gameOf } from '../containers/fake-container.js';
import type { FakeDaemon } from '../fake-daemon.js';
import type { CallFault } from './call-faults.js';

/** Carries out one call with whatever befalls it. Rejects when the daemon ends before, or the call fails beyond words. */
export async function carryOut(daemon: FakeDaemon, call: ApiCall, response: ServerResponse, act: () => Promise<Reply>): Promise<void> {
  const { endpoint, target } = call;
  daemon.audit.called(endpoint);
  const fault = daemon.faults.calls.befalling({ endpoint, target, gameId: gameIdOf(daemon, call) });
  if (fault !== null && prevented(response, fault)) return;
  await untilDue(daemon, call, response, fault);
  answer(response, await act(), fault);
}

function prevented(response: ServerResponse, fault: CallFault): boolean {
  if (fault.kind === 'reset') response.destroy();
  if (fault.kind === 'refuse') send(response, json({ message: fault.message }, fault.status), false);
  return fault.kind === 'reset' || fault.kind === 'refuse' || fault.kind === 'hang';
}

async function untilDue(
  daemon: FakeDaemon,
  { endpoint, target }: ApiCall,
  response: ServerResponse,
  fault: CallFault | null,
): Promise<void> {
  if (fault?.kind === 'late') response.destroy();
  if (fault?.kind === 'late' || fault?.kind === 'delay') await daemon.run.for(fault.ms);
  const container = HELD.includes(endpoint) ? daemon.containers.peek(target) : null;
  if (container !== null && daemon.faults.isHung(container)) await daemon.run.until(daemon.faults.untilUnhung(container));
}

// What takes the lock of a container; a list does not.
const HELD: readonly string[] = ['inspect', 'start', 'stop', 'kill', 'pause', 'unpause', 'remove'];

function answer(response: ServerResponse, reply: Reply, fault: CallFault | null): void {
  if (fault?.kind === 'lose_reply') response.destroy();
  else if (fault?.kind === 'fail_after') send(response, json({ message: fault.message ?? 'context canceled' }, 500), false);
  else send(response, reply, fault?.kind === 'cut_reply');
}

function gameIdOf(daemon: FakeDaemon, { endpoint, target, body }: ApiCall): string | null {
  if (endpoint === 'create') return (body as ContainerBody | undefined)?.Labels?.['galaxy.game_id'] ?? null;
  const container = daemon.containers.peek(target);
  return container === null ? null : gameOf(container);
}
