import { containerName, hostName } from '@galaxy/domain';
import type { IncarnationSpec } from '@galaxy/manager-ports';
import type Docker from 'dockerode';
import type { ContainerLimits, DockerEngineSettings } from '../client/docker-engine-options.js';
import { labelsOf } from './labels.js';

/** The `HostConfig` of a create. The client's types lack one field. */
type HostSettings = Docker.HostConfig & { readonly CgroupnsMode: 'private' };

export type ContainerBody = Docker.ContainerCreateOptions & { readonly HostConfig: HostSettings };

/** A create in the form for docker-modem. With `_query`, the body is not repeated in the URL, where proxies would log it. */
export interface ContainerRequest {
  readonly _query: { readonly name: string };
  readonly _body: ContainerBody;
}

/** What is different for each create; everything else comes from the settings. */
export interface ContainerPlan {
  readonly spec: IncarnationSpec;
  /** The full image reference, as in `daemonImage`. */
  readonly image: string;
  /** The game's state folder on the host; null for none. */
  readonly stateFolder: string | null;
  /** Whether the container gets an init process. */
  readonly init: boolean;
}

/** The path of the state folder inside the container. */
export const STATE_MOUNT = '/data';

/**
 * Builds the create of an engine's container, with only the rights that an engine needs. The choices follow the CIS Docker Benchmark,
 * section 5. There is no `nproc` limit on purpose: the kernel counts it over all processes of a user id, and all engines share one.
 * PidsLimit counts per container (https://docs.docker.com/reference/cli/docker/container/run/#for-nproc-usage).
 */
export function containerRequest(settings: DockerEngineSettings, plan: ContainerPlan): ContainerRequest {
  const { gameId } = plan.spec;
  return {
    _query: { name: containerName(gameId) },
    _body: {
      Image: plan.image,
      User: settings.user,
      Hostname: hostName(gameId),
      AttachStdin: false,
      OpenStdin: false,
      Tty: false,
      StopSignal: 'SIGTERM',
      Env: Object.entries(settings.env).map(([name, value]) => `${name}=${value}`),
      Labels: labelsOf(settings.instance, plan.spec),
      HostConfig: hostSettings(settings, plan),
      NetworkingConfig: { EndpointsConfig: { [settings.network]: { Aliases: [hostName(gameId)] } } },
    },
  };
}

function hostSettings(settings: DockerEngineSettings, plan: ContainerPlan): HostSettings {
  const { limits, runtime, cgroupParent } = settings;
  return {
    Privileged: false,
    CapDrop: ['ALL'],
    CapAdd: [],
    SecurityOpt: ['no-new-privileges:true'],
    ReadonlyRootfs: true,
    Tmpfs: { '/tmp': `rw,noexec,nosuid,nodev,size=${limits.tmpBytes},mode=1777` },
    ...resources(limits),
    Init: plan.init,
    NetworkMode: settings.network,
    PublishAllPorts: false,
    IpcMode: 'private',
    CgroupnsMode: 'private',
    // A container that has ended is kept with its exit code, and not restarted: only the manager decides what runs.
    RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
    AutoRemove: false,
    LogConfig: logging(limits),
    ...(plan.stateFolder !== null && { Mounts: [stateMount(plan.stateFolder)] }),
    ...(runtime !== null && { Runtime: runtime }),
    ...(cgroupParent !== null && { CgroupParent: cgroupParent }),
  };
}

function resources(limits: ContainerLimits) {
  return {
    Memory: limits.memoryBytes,
    // The same number: no swap on top of the memory.
    MemorySwap: limits.memoryBytes,
    OomScoreAdj: 500,
    NanoCpus: Math.round(limits.cpus * 1e9),
    CpuShares: 512,
    PidsLimit: limits.pids,
    Ulimits: [
      { Name: 'nofile', Soft: limits.openFiles, Hard: limits.openFiles },
      { Name: 'core', Soft: 0, Hard: 0 },
    ],
    ShmSize: limits.shmBytes,
  };
}

// Non-blocking: an engine that writes too much to its log loses lines, but never waits for the disk.
function logging(limits: ContainerLimits) {
  const size = { 'max-size': String(limits.logBytes), 'max-file': String(limits.logFiles) };
  return { Type: 'json-file', Config: { ...size, mode: 'non-blocking', 'max-buffer-size': '1m' } };
}

// `Mounts` and not `Binds`: for a bind, the daemon would create a missing source folder, as root.
function stateMount(source: string): Docker.MountSettings {
  return { Type: 'bind', Source: source, Target: STATE_MOUNT, ReadOnly: false, BindOptions: { Propagation: 'rprivate' } };
}
