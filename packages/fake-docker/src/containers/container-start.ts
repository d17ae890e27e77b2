import { ApiRefusal } from '../api/api-refusal.js';
import type { FakeDaemon } from '../fake-daemon.js';
import type { FakeContainer } from './fake-container.js';
import { hasInit, networkModeOf, stateDirOf } from './fake-container.js';
import { FakeProcess } from './fake-process.js';

/** Whether a call has changed something: `done` is answered with 204, `unchanged` with 304. */
export type Change = 'done' | 'unchanged';

/** Starts a container. Returns once its engine listens, or at once when it boots slowly. @throws ApiRefusal */
export async function startContainer(daemon: FakeDaemon, container: FakeContainer): Promise<Change> {
  if (container.paused) throw new ApiRefusal(409, 'cannot start a paused container, try unpause instead');
  if (container.process !== null) return 'unchanged';
  if (container.removing) throw new ApiRefusal(409, 'container is marked for removal and cannot be started');
  attach(daemon, container);
  refuseMissingProgram(daemon, container);
  const process = launched(daemon, container);
  daemon.events.container('start', container);
  await process.started;
  return 'done';
}

function attach(daemon: FakeDaemon, container: FakeContainer): void {
  const mode = container.networkId ?? networkModeOf(container);
  try {
    const network = daemon.networks.find(mode, (count) => `network ${mode} is ambiguous (${count} matches found on name)`);
    container.attachment = { network, address: daemon.networks.attach(network, container.id) };
    container.networkId = network.id;
    daemon.events.network('connect', network, container);
  } catch (error) {
    throw failed(container, container.exitCode === 0 ? 128 : container.exitCode, error);
  }
}

// Without an init process, the container runtime itself does not find the program, so nothing has run.
function refuseMissingProgram(daemon: FakeDaemon, container: FakeContainer): void {
  const { missingProgram } = container.image.behaviour;
  if (missingProgram === undefined || hasInit(container)) return;
  const cause = `exec: "${missingProgram}": stat ${missingProgram}: no such file or directory: unknown`;
  const message = `failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ${cause}`;
  detach(daemon, container);
  throw failed(container, 127, new ApiRefusal(400, message));
}

function launched(daemon: FakeDaemon, container: FakeContainer): FakeProcess {
  Object.assign(container, { startedAt: new Date(), exitCode: 0, error: '', outOfMemory: false });
  const process = new FakeProcess({
    behaviour: container.image.behaviour,
    address: container.attachment?.address ?? '',
    init: hasInit(container),
    stateDir: stateDirOf(container),
    killMs: () => daemon.injections.killMs(container),
    onExit: (code) => ended(daemon, container, code),
  });
  container.process = process;
  daemon.audit.started(container);
  return process;
}

function ended(daemon: FakeDaemon, container: FakeContainer, exitCode: number): void {
  Object.assign(container, { process: null, paused: false, exitCode, finishedAt: new Date() });
  daemon.audit.died(container, exitCode);
  daemon.events.container('die', container, { exitCode: String(exitCode) });
  detach(daemon, container);
}

function detach(daemon: FakeDaemon, container: FakeContainer): void {
  if (container.attachment === null) return;
  const { network } = container.attachment;
  container.attachment = null;
  daemon.networks.detach(network, container.id);
  daemon.events.network('disconnect', network, container);
}

function failed(container: FakeContainer, exitCode: number, error: unknown): unknown {
  Object.assign(container, { exitCode, error: error instanceof Error ? error.message : '' });
  return error;
}
