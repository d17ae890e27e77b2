import { setTimeout as sleep } from 'node:timers/promises';
import type { RemoveOutcome } from '@galaxy/manager-ports';
import type Docker from 'dockerode';
import type { DockerReply } from '../client/call-docker.js';
import { callDocker } from '../client/call-docker.js';
import { deadlineFault, refusalFault } from '../client/docker-faults.js';

const OPERATION = 'remove the container';
const PAUSE_MS = 50;

/**
 * Removes a container and its anonymous volumes, and returns when its id no longer exists. It repeats the request while another
 * removal is in progress, or after a removal that failed because something was busy: only so a `dead` container is removed
 * (https://github.com/moby/moby/issues/22260).
 * @throws DependencyFault when the daemon does not answer, or the container is still there at the deadline.
 */
export async function removeContainer(docker: Docker, id: string, deadlineMs: number): Promise<RemoveOutcome> {
  const deadline = performance.now() + deadlineMs;
  let outcome: RemoveOutcome = 'gone';
  for (;;) {
    const reply = await removeOnce(docker, id, deadline - performance.now());
    if (reply.kind === 'gone') return outcome;
    if (reply.kind === 'denied') throw refusalFault(OPERATION, reply);
    outcome = 'removed';
    if (await isGone(docker, id, deadline - performance.now())) return outcome;
    if (performance.now() + PAUSE_MS >= deadline)
      throw reply.kind === 'ok' ? deadlineFault(OPERATION, deadlineMs) : refusalFault(OPERATION, reply);
    await sleep(PAUSE_MS);
  }
}

function removeOnce(docker: Docker, id: string, deadlineMs: number): Promise<DockerReply<unknown>> {
  const run = (abortSignal: AbortSignal) => docker.getContainer(id).remove({ force: true, v: true, abortSignal });
  return callDocker<unknown>({ operation: OPERATION, deadlineMs, run });
}

async function isGone(docker: Docker, id: string, deadlineMs: number): Promise<boolean> {
  const run = (abortSignal: AbortSignal) => docker.getContainer(id).inspect({ abortSignal });
  const reply = await callDocker({ operation: OPERATION, deadlineMs, run });
  return reply.kind === 'gone';
}
