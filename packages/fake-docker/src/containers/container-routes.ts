import { ApiRefusal } from '../api/api-refusal.js';
import type { ApiCall } from '../api/endpoints.js';
import type { Reply } from '../api/reply.js';
import { empty, json } from '../api/reply.js';
import type { FakeDaemon } from '../fake-daemon.js';
import { createContainer } from './container-create.js';
import { killContainer, pauseContainer, removeContainer, stopContainer, unpauseContainer } from './container-end.js';
import { chosenContainers } from './container-query.js';
import type { Change } from './container-start.js';
import { startContainer } from './container-start.js';
import { inspectView, listView } from './container-view.js';
import type { ContainerBody, FakeContainer } from './fake-container.js';
import { checkSignal, signalNumber } from './signals.js';

const changed = (change: Change): Reply => empty(change === 'done' ? 204 : 304);

/** The handlers of calls about containers. */
export const containerRoutes = {
  list: (daemon: FakeDaemon, { query }: ApiCall): Reply => {
    const shown = daemon.listed.shown(daemon.containers.all, daemon.injections.listAfterRestart);
    return json(chosenContainers(shown, query).map(listView));
  },
  create: (daemon: FakeDaemon, { query, body }: ApiCall): Reply => {
    const { id } = createContainer(daemon, query.get('name') ?? '', body as ContainerBody | undefined);
    return json({ Id: id, Warnings: [] }, 201);
  },
  inspect: about((_, container) => json(inspectView(container))),
  start: about(async (daemon, container) => changed(await startContainer(daemon, container))),
  stop: about(async (daemon, container, { query }) => changed(await stopContainer(daemon, container, secondsOf(query.get('t'))))),
  kill: async (daemon: FakeDaemon, call: ApiCall): Promise<Reply> => {
    try {
      const signal = signalNumber(call.query.get('signal') ?? '');
      const container = daemon.containers.find(call.target);
      checkSignal(signal);
      await killContainer(daemon, container, signal);
      return empty(204);
    } catch (error) {
      throw killRefusal(error, call.target);
    }
  },
  pause: about((daemon, container) => {
    pauseContainer(daemon, container);
    return empty(204);
  }),
  unpause: about((daemon, container) => {
    unpauseContainer(daemon, container);
    return empty(204);
  }),
  remove: about(async (daemon, container, { target, query }) => {
    await removeContainer(daemon, container, target, ['1', 'true'].includes(query.get('force') ?? ''));
    return empty(204);
  }),
};

type ContainerHandler = (daemon: FakeDaemon, container: FakeContainer, call: ApiCall) => Reply | Promise<Reply>;

function about(handle: ContainerHandler): (daemon: FakeDaemon, call: ApiCall) => Reply | Promise<Reply> {
  return (daemon, call) => handle(daemon, daemon.containers.find(call.target), call);
}

// The daemon's messages about a failed kill begin so, except when the signal is invalid.
function killRefusal(error: unknown, target: string): unknown {
  if (!(error instanceof ApiRefusal) || error.status === 400) return error;
  return new ApiRefusal(error.status, `Cannot kill container: ${target}: ${error.message}`);
}

const STOP_SECONDS = 10;

function secondsOf(text: string | null): number {
  if (text === null || text === '') return STOP_SECONDS;
  if (!/^-?\d+$/.test(text)) throw new ApiRefusal(500, `strconv.Atoi: parsing "${text}": invalid syntax`);
  return Number(text);
}
