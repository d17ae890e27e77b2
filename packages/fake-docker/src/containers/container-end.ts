import { ApiRefusal, notRunning } from '../api/api-refusal.js';
import type { FakeDaemon } from '../fake-daemon.js';
import type { Change } from './container-start.js';
import type { FakeContainer } from './fake-container.js';
import { SIGKILL, SIGTERM } from './signals.js';

/** Sends SIGTERM, and SIGKILL after so many seconds (for ever, if negative); returns once it has ended. */
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

/** Sends a signal; for SIGKILL, returns once it has ended. @throws ApiRefusal when it does not run. */
export async function killContainer(daemon: FakeDaemon, container: FakeContainer, number: number): Promise<void> {
  const { process } = container;
  if (process === null) throw notRunning(container.id);
  signal(daemon, container, number);
  if (number === SIGKILL) await daemon.run.until(process.exited);
}

/** Removes a container, by force when it runs; returns once its name is free. `target` is what the call names it. @throws ApiRefusal */
export async function removeContainer(daemon: FakeDaemon, container: FakeContainer, target: string, force: boolean): Promise<void> {
  if (container.removing) throw new ApiRefusal(409, `removal of container ${target} is already in progress`);
  if (container.process !== null && !force) throw stillRuns(container);
  container.removing = true;
  const { run } = daemon;
  if (container.process !== null) await killContainer(daemon, container, SIGKILL);
  // Never at once, so that calls at the same time meet a removal under way.
  await run.for(daemon.injections.removeMs(container));
  daemon.containers.delete(container);
  daemon.audit.removed(container);
  daemon.events.container('destroy', container);
}

/** Stops it in its tracks. @throws ApiRefusal */
export function pauseContainer(daemon: FakeDaemon, container: FakeContainer): void {
  if (container.process === null) throw notRunning(container.id);
  if (container.paused) throw new ApiRefusal(409, `Container ${container.id} is already paused`);
  container.paused = true;
  container.process.freeze();
  daemon.events.container('pause', container);
}

/** Lets it go on. @throws ApiRefusal */
export function unpauseContainer(daemon: FakeDaemon, container: FakeContainer): void {
  if (!container.paused) throw new ApiRefusal(500, `Container ${container.id} is not paused`);
  thaw(daemon, container);
}

// A paused one goes on by any signal but SIGKILL, which needs no thawing.
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
