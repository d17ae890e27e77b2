import { InvalidInputError } from '@galaxy/ports';

/** The credentials for a registry. */
export type RegistryAuth =
  | { readonly username: string; readonly password: string; readonly serveraddress?: string }
  | { readonly identitytoken: string; readonly serveraddress?: string };

/** The resources that one container may use. */
export interface ContainerLimits {
  /** Memory in bytes, without swap; default 512 MiB. */
  readonly memoryBytes: number;
  /** Processors, may be a fraction; default 1. */
  readonly cpus: number;
  /** Processes and threads; default 128. */
  readonly pids: number;
  /** Open files; default 1024. */
  readonly openFiles: number;
  /** Size of the writable `/tmp` in bytes, counted as memory; default 16 MiB. */
  readonly tmpBytes: number;
  /** Size of `/dev/shm` in bytes; default 16 MiB. */
  readonly shmBytes: number;
  /** Size of one log file in bytes; default 5 MiB. */
  readonly logBytes: number;
  /** Log files kept; default 2. */
  readonly logFiles: number;
}

/** Deadlines of calls to the daemon, in milliseconds. `stop` is added to the grace. */
export interface DockerDeadlines {
  /** Default 2 s. */
  readonly ping: number;
  /** Default 5 s. */
  readonly inspect: number;
  /** Default 30 s. */
  readonly create: number;
  /** Default 60 s. */
  readonly start: number;
  /** On top of the grace; default 15 s. */
  readonly stop: number;
  /** Default 10 s. */
  readonly kill: number;
  /** For the whole removal, until the id no longer exists; default 60 s. */
  readonly remove: number;
  /** Default 10 s. */
  readonly network: number;
  /** For the list of all containers; default 10 s. */
  readonly list: number;
  /** Until the stream of events begins; default 5 s. */
  readonly events: number;
}

/** Limits of image pulls. */
export interface PullLimits {
  /** A pull that reports nothing for this many milliseconds is `stalled`; default 60 s. */
  readonly stallMs: number;
  /** A pull that takes longer than this many milliseconds is `stalled`, too; default 10 min. */
  readonly totalMs: number;
  /** How many pulls run at a time; others wait in line; default 2. */
  readonly concurrency: number;
  /** After waiting in line for this many milliseconds, a pull starts in any case, so that stalled pulls do not delay it; default 5 s. */
  readonly lineMs: number;
}

/** Limits for following the stream of events. */
export interface EventLimits {
  /** After this many milliseconds without a line, the daemon is pinged over another connection; default 30 s. */
  readonly pingAfterMs: number;
  /** After this many milliseconds without a line, the stream is opened again even if the daemon answers the ping; default 5 min. */
  readonly reconnectAfterMs: number;
  /** A watch ends with a fault after it could not open the stream again for this many milliseconds; default 10 s. */
  readonly giveUpMs: number;
}

/** The options of the Docker adapter. Only `host` and `instance` are required. */
export interface DockerEngineOptions {
  /** The address of the daemon: `unix:///var/run/docker.sock`, `tcp://host:port` or `http://host:port`. */
  readonly host: string;
  /** The name of this installation. It becomes a label of every container; containers with another name are foreign. */
  readonly instance: string;
  /** The user-defined bridge network of the games, created when missing; default `galaxy-games`. */
  readonly network?: string;
  /**
   * How the manager reaches engines. `dns`: by name, for a manager in a container on the games' network. `container-ip`: by address, for
   * a manager on the daemon's host. Default `dns`.
   */
  readonly addressing?: 'dns' | 'container-ip';
  /**
   * Whether containers on a network that is created here can't connect to each other (the bridge's `enable_icc=false`). A manager on
   * the same network could not connect either, so the default is true with `container-ip` and false with `dns`.
   */
  readonly isolateGames?: boolean;
  /**
   * The folder that contains one state folder per game, which is mounted at `/data`. An absolute path without symbolic links, the same
   * for the manager and the daemon. Without it, engines have no state folder.
   */
  readonly stateRoot?: string;
  /** When to pull; default `if-missing`. With `always`, an image that is present but cannot be pulled is unavailable. */
  readonly pullPolicy?: 'always' | 'if-missing' | 'never';
  /** Returns the credentials for a registry host (`docker.io` for Docker Hub), or null for none. A pull waits for it, so it must end by itself. */
  readonly authFor?: (registry: string) => RegistryAuth | null | Promise<RegistryAuth | null>;
  /** `uid:gid` of the engine, both numeric and not 0; default `65532:65532`. */
  readonly user?: string;
  /** Environment variables of every engine. Everyone who can inspect containers can read them: put no secrets here. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether containers get an init process, which reaps zombies and forwards signals; default `auto`: if the daemon has one. */
  readonly init?: 'auto' | boolean;
  /** An OCI runtime other than the daemon's default, e.g. `runsc`. */
  readonly runtime?: string;
  /** The parent control group of engines. */
  readonly cgroupParent?: string;
  readonly limits?: Partial<ContainerLimits>;
  readonly deadlines?: Partial<DockerDeadlines>;
  readonly pull?: Partial<PullLimits>;
  readonly events?: Partial<EventLimits>;
}

/** {@link DockerEngineOptions} with the defaults filled in. */
export interface DockerEngineSettings {
  readonly host: string;
  readonly instance: string;
  readonly network: string;
  readonly addressing: 'dns' | 'container-ip';
  readonly isolateGames: boolean;
  readonly stateRoot: string | null;
  readonly pullPolicy: 'always' | 'if-missing' | 'never';
  readonly authFor: (registry: string) => RegistryAuth | null | Promise<RegistryAuth | null>;
  readonly user: string;
  readonly env: Readonly<Record<string, string>>;
  readonly init: 'auto' | boolean;
  readonly runtime: string | null;
  readonly cgroupParent: string | null;
  readonly limits: ContainerLimits;
  readonly deadlines: DockerDeadlines;
  readonly pull: PullLimits;
  readonly events: EventLimits;
}

const MiB = 1024 * 1024;
const LIMITS: ContainerLimits = {
  memoryBytes: 512 * MiB,
  cpus: 1,
  pids: 128,
  openFiles: 1024,
  tmpBytes: 16 * MiB,
  shmBytes: 16 * MiB,
  logBytes: 5 * MiB,
  logFiles: 2,
};
const DEADLINES: DockerDeadlines = {
  ping: 2_000,
  inspect: 5_000,
  create: 30_000,
  start: 60_000,
  stop: 15_000,
  kill: 10_000,
  remove: 60_000,
  network: 10_000,
  list: 10_000,
  events: 5_000,
};
const PULL: PullLimits = { stallMs: 60_000, totalMs: 600_000, concurrency: 2, lineMs: 5_000 };
const EVENTS: EventLimits = { pingAfterMs: 30_000, reconnectAfterMs: 300_000, giveUpMs: 10_000 };

const DEFAULTS = {
  network: 'galaxy-games',
  addressing: 'dns',
  stateRoot: null,
  pullPolicy: 'if-missing',
  authFor: () => null,
  user: '65532:65532',
  env: {},
  init: 'auto',
  runtime: null,
  cgroupParent: null,
} as const;

/**
 * Adds the defaults.
 * @throws InvalidInputError when the network is not a user-defined one, the user may be root, the state root is not absolute, or the
 * instance is empty.
 */
export function dockerEngineSettings(options: DockerEngineOptions): DockerEngineSettings {
  const settings: DockerEngineSettings = {
    ...DEFAULTS,
    isolateGames: options.addressing === 'container-ip',
    ...options,
    limits: { ...LIMITS, ...options.limits },
    deadlines: { ...DEADLINES, ...options.deadlines },
    pull: { ...PULL, ...options.pull },
    events: { ...EVENTS, ...options.events },
  };
  if (settings.instance.trim() === '') throw new InvalidInputError('docker: the instance must not be empty');
  if (!isUserDefinedNetwork(settings.network)) throw new InvalidInputError(`docker: ${settings.network} is no user-defined network`);
  if (!isUnprivilegedUser(settings.user)) throw new InvalidInputError('docker: the user must be uid:gid, numeric and not 0');
  if (settings.stateRoot?.startsWith('/') === false) throw new InvalidInputError('docker: the state root must be an absolute path');
  return settings;
}

// Networks that share a network stack, or have no DNS: https://docs.docker.com/engine/network/drivers/
const BUILT_IN_NETWORKS = ['bridge', 'default', 'host', 'none'];

/** Whether the name can be a user-defined network, and not the network stack of the host or of another container. */
export function isUserDefinedNetwork(name: string): boolean {
  return /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name) && !BUILT_IN_NETWORKS.includes(name);
}

/** Whether the text is a numeric `uid:gid` without root. Names are refused: the image's own user table could make one root. */
export function isUnprivilegedUser(user: string): boolean {
  return /^[1-9]\d{0,9}:[1-9]\d{0,9}$/.test(user);
}
