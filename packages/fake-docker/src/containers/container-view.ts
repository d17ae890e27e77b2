import type { FakeContainer } from './fake-container.js';
import { networkModeOf, statusOf } from './fake-container.js';

const NEVER = '0001-01-01T00:00:00Z';

/** A container in the form of `GET /containers/{id}/json`. */
export function inspectView(container: FakeContainer): object {
  const { id, name, body, image, createdAt, labels } = container;
  const { HostConfig } = body;
  return {
    Id: id,
    Created: createdAt.toISOString(),
    Path: container.image.behaviour.missingProgram ?? '/engine',
    Args: [],
    State: stateView(container),
    Image: image.id,
    Name: `/${name}`,
    RestartCount: 0,
    Driver: 'overlay2',
    Platform: 'linux',
    HostConfig: { AutoRemove: false, PidMode: '', Privileged: false, ...HostConfig, NetworkMode: networkModeOf(container) },
    Mounts: HostConfig?.Mounts ?? [],
    Config: { Hostname: id.slice(0, 12), User: '', Env: [], StopSignal: 'SIGTERM', ...configOf(body), Labels: labels },
    NetworkSettings: { Ports: {}, IPAddress: '', Networks: networksView(container, aliasesOf(container)) },
  };
}

/** A container in the form of `GET /containers/json`. */
export function listView(container: FakeContainer): object {
  const { id, name, body, image, createdAt, labels } = container;
  return {
    Id: id,
    Names: [`/${name}`],
    Image: body.Image ?? image.ref,
    ImageID: image.id,
    Command: '/engine',
    Created: Math.floor(createdAt.getTime() / 1000),
    Ports: [],
    Labels: labels,
    State: statusOf(container),
    Status: statusLine(container),
    HostConfig: { NetworkMode: networkModeOf(container) },
    NetworkSettings: { Networks: networksView(container, null) },
    Mounts: [],
  };
}

// The settings of host and network are not part of `Config`.
function configOf(body: object): object {
  return Object.fromEntries(Object.entries(body).filter(([key]) => key !== 'HostConfig' && key !== 'NetworkingConfig'));
}

function stateView(container: FakeContainer): object {
  const { process, paused, exitCode, error, outOfMemory, startedAt, finishedAt } = container;
  const running = process !== null;
  return {
    Status: statusOf(container),
    Running: running,
    Paused: running && paused,
    Restarting: false,
    OOMKilled: outOfMemory,
    Dead: false,
    Pid: 0,
    ExitCode: exitCode,
    Error: error,
    StartedAt: startedAt?.toISOString() ?? NEVER,
    FinishedAt: finishedAt?.toISOString() ?? NEVER,
  };
}

function networksView(container: FakeContainer, aliases: readonly string[] | null): object {
  const { attachment } = container;
  const nowhere = { NetworkID: '', EndpointID: '', Gateway: '', IPAddress: '', IPPrefixLen: 0 };
  if (attachment === null) return { [networkModeOf(container)]: { IPAMConfig: null, Links: null, Aliases: aliases, ...nowhere } };
  const { network, address } = attachment;
  const place = { NetworkID: network.id, EndpointID: container.id, Gateway: network.subnet?.gateway ?? '', IPAddress: address };
  return { [network.name]: { IPAMConfig: null, Links: null, Aliases: aliases, ...place, IPPrefixLen: 20 } };
}

function aliasesOf(container: FakeContainer): readonly string[] | null {
  const given = container.body.NetworkingConfig?.EndpointsConfig?.[networkModeOf(container)]?.Aliases ?? null;
  return container.attachment === null ? given : [...(given ?? []), container.id.slice(0, 12)];
}

function statusLine(container: FakeContainer): string {
  const status = statusOf(container);
  if (status === 'created') return 'Created';
  if (status === 'exited') return `Exited (${container.exitCode}) Less than a second ago`;
  return status === 'paused' ? 'Up Less than a second (Paused)' : 'Up Less than a second';
}
