import { ApiRefusal, notRunning } from '../api/api-refusal.js';
import type { FakeDaemon } from '../fake-daemon.js';
import type { Change } from './container-start.js';
import type { FakeContainer } from './fake-container.js';
import { SIGKILL, SIGTERM } from './signals.js';

/** Sends SIGTERM, and SIGKILL after so many seconds (never, if negative). Returns once the container has ended. */
export async function stopContainer(daemon: FakeDaemon, container: FakeContainer, seconds: number): Promise<Change> {
  const { process } = container;
  if (process === null) return 'unchanged';
  const { run } = daemon;
  signal(daemon, container, SIGTERM);
  await run.until(process.exited, seconds < 0 ? undefined : seconds * 1000);
  if (container.process === process) signal(daemon, container, SIGKILL);
  await run.until(process.exited);
  daemon.events.container('stop', container);
  return 'done';
}

/** Sends a signal. After SIGKILL, waits until the container has ended. @throws ApiRefusal when it does not run. */
export async function killContainer(daemon: FakeDaemon, container: FakeContainer, number: number): Promise<void> {
  const { process } = container;
  if (process === null) throw notRunning(container.id);
  signal(daemon, container, number);
  if (number === SIGKILL) await daemon.run.until(process.exited);
}

/**
 * Removes a container, also a running one with `force`. Returns once its name is free. `target` is the name or id in the call.
 * @throws ApiRefusal
 */
export async function removeContainer(daemon: FakeDaemon, container: FakeContainer, target: string, force: boolean): Promise<void> {
  if (container.removing) throw new ApiRefusal(409, `removal of container ${target} is already in progress`);
  if (container.process !== null && !force) throw stillRuns(container);
  container.removing = true;
  const { run } = daemon;
  if (container.process !== null) await killContainer(daemon, container, SIGKILL);
  // It always waits a moment, so that calls at the same time find a removal under way.
  await run.for(daemon.injections.removeMs(container));
  daemon.containers.delete(container);
  daemon.audit.removed(container);
  daemon.events.container('destroy', container);
}

/** Freezes a container. @throws ApiRefusal */
export function pauseContainer(daemon: FakeDaemon, container: FakeContainer): void {
  if (container.process === null) throw notRunning(container.id);
  if (container.paused) throw new ApiRefusal(409, `Container ${container.id} is already paused`);
  container.paused = true;
  container.process.freeze();
  daemon.events.container('pause', container);
}

/** Lets a frozen container go on. @throws ApiRefusal */
export function unpauseContainer(daemon: FakeDaemon, container: FakeContainer): void {
  if (!container.paused) throw new ApiRefusal(500, `Container ${container.id} is not paused`);
  thaw(daemon, container);
}

// Any signal but SIGKILL lets a paused container go on. SIGKILL ends it while it is paused.
function signal(daemon: FakeDaemon, container: FakeContainer, number: number): void {
  daemon.events.container('kill', container, { signal: String(number) });
  container.process?.signal(number);
  if (container.paused && number !== SIGKILL) thaw(daemon, container);
}

function thaw(daemon: FakeDaemon, container: FakeContainer): void {
  container.paused = false;
  daemon.events.container('unpause', container);
  container.process?.thaw();
}

function stillRuns({ id, paused }: FakeContainer): ApiRefusal {
  const [what, advice] = paused ? ['paused', 'Unpause and then stop'] : ['running', 'Stop'];
  return new ApiRefusal(
    409,
    `You cannot remove a ${what} container ${id}. ${advice} the container before attempting removal or force remove`,
  );
}
