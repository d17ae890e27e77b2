import type { FakeContainer } from '../containers/fake-container.js';
import { statusOf } from '../containers/fake-container.js';
import { eventLine } from '../events/event-line.js';
import type { EventQuery } from '../events/event-query.js';
import { eventQuery } from '../events/event-query.js';
import type { FakeDaemon } from '../fake-daemon.js';
import type { ApiCall } from './endpoints.js';
import { API_VERSION } from './endpoints.js';
import type { Reply } from './reply.js';
import { json } from './reply.js';

/** The handlers of calls about the daemon itself. */
export const systemRoutes = {
  ping: (): Reply => ({ kind: 'text', status: 200, body: 'OK' }),
  version: (): Reply => json({ Version: '20.10.24', ApiVersion: API_VERSION, MinAPIVersion: '1.12', Os: 'linux', Arch: 'amd64' }),
  info: (daemon: FakeDaemon): Reply => json(infoView(daemon)),
  events: (daemon: FakeDaemon, { query }: ApiCall): Reply => events(daemon, eventQuery(query)),
};

function infoView({ engineId, containers, images, options }: FakeDaemon): object {
  const count = (test: (status: string) => boolean) => containers.all.filter((one: FakeContainer) => test(statusOf(one))).length;
  return {
    ID: engineId,
    Name: 'fake',
    Containers: containers.size,
    ContainersRunning: count((status) => status === 'running'),
    ContainersPaused: count((status) => status === 'paused'),
    ContainersStopped: count((status) => status !== 'running' && status !== 'paused'),
    Images: images.size,
    Driver: 'overlay2',
    NCPU: 2,
    MemTotal: 8 * 1024 ** 3,
    OSType: 'linux',
    Architecture: 'x86_64',
    ServerVersion: '20.10.24',
    LiveRestoreEnabled: options.liveRestore,
    // `N/A` is what the real daemon says when it cannot run its init program.
    InitBinary: options.init ? 'docker-init' : '',
    InitCommit: { ID: options.init ? 'de40ad0' : 'N/A', Expected: 'de40ad0' },
    SecurityOptions: ['name=seccomp,profile=default'],
  };
}

// With `since`, the stored events come first. If `until` has passed, the stream ends at once.
function events(daemon: FakeDaemon, { since, until, matches }: EventQuery): Reply {
  const isWanted = (time: bigint) => (since === null || time >= since) && (until === null || time <= until);
  return {
    kind: 'stream',
    write: (response) => {
      const kept = since === null ? [] : daemon.events.kept;
      for (const event of kept) if (matches(event) && isWanted(event.timeNano)) response.write(eventLine(event));
      const leftMs = until === null ? Number.POSITIVE_INFINITY : Number(until / 1_000_000n) - Date.now();
      if (leftMs <= 0) return void response.end();
      const deaf = daemon.events.listen((event) => matches(event) && response.write(eventLine(event)));
      const timer = Number.isFinite(leftMs) ? setTimeout(() => response.end(), leftMs) : undefined;
      response.once('close', () => {
        deaf();
        clearTimeout(timer);
      });
    },
  };
}
