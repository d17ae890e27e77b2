import { InvalidInputError } from '@galaxy/ports';

/** Who we are to a registry. */
export type RegistryAuth =
  | { readonly username: string; readonly password: string; readonly serveraddress?: string }
  | { readonly identitytoken: string; readonly serveraddress?: string };

/** What one engine may use of its host. */
export interface ContainerLimits {
  /** Memory in bytes, without swap on top; default 512 MiB. */
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

/** Milliseconds after which a call to the daemon is given up; `stop` is added to the grace. */
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

/** How images are pulled. */
export interface PullLimits {
  /** A pull that reports nothing for so many milliseconds is `stalled`; default 60 s. */
  readonly stallMs: number;
  /** A pull that takes longer is `stalled`, too; default 10 min. */
  readonly totalMs: number;
  /** Pulls at once; others wait; default 2. */
  readonly concurrency: number;
  /** Who has waited for so many milliseconds pulls beside them: a pull that stalls is to delay no other; default 5 s. */
  readonly lineMs: number;
}

/** How the stream of events is followed. */
export interface EventLimits {
  /** After so many milliseconds without a line the daemon is asked, over another connection, whether it is there; default 30 s. */
  readonly pingAfterMs: number;
  /** After so many milliseconds without a line the stream is opened anew though the daemon is there; default 5 min. */
  readonly reconnectAfterMs: number;
  /** Milliseconds of opening it anew in vain after which a watch ends with a fault; default 10 s. */
  readonly giveUpMs: number;
}

/** How the Docker adapter is set up. Only `host` and `instance` must be given. */
export interface DockerEngineOptions {
  /** Where the daemon listens: `unix:///var/run/docker.sock`, `tcp://host:port` or `http://host:port`. */
  readonly host: string;
  /** Names this installation; it is written on every container, and containers of another one are foreign. */
  readonly instance: string;
  /** The user-defined bridge network of the games, created when missing; default `galaxy-games`. */
  readonly network?: string;
  /**
   * How the manager reaches engines: by the network's DNS, for a manager that is a container on that network, or by
   * their address, for one on the daemon's host. Default `dns`.
   */
  readonly addressing?: 'dns' | 'container-ip';
  /**
   * Whether a network created here keeps its containers from talking to each other (the bridge's `enable_icc=false`).
   * That would shut a manager on the same network out, too: the default is true with `container-ip` and false with `dns`.
   */
  readonly isolateGames?: boolean;
  /**
   * The folder that holds one state folder per game, mounted at `/data`: an absolute path without symbolic links, the
   * same for the manager and the daemon. None: engines have no state folder.
   */
  readonly stateRoot?: string;
  /** When to pull; default `if-missing`. With `always`, an image that is present but cannot be pulled is unavailable. */
  readonly pullPolicy?: 'always' | 'if-missing' | 'never';
  /** Gives the credentials for a registry host (`docker.io` for Docker Hub), or null for none. A pull waits for it: it must settle by itself. */
  readonly authFor?: (registry: string) => RegistryAuth | null | Promise<RegistryAuth | null>;
  /** `uid:gid` of the engine, both numeric and not 0; default `65532:65532`. */
  readonly user?: string;
  /** Environment of every engine. Visible to whoever may inspect containers: nothing secret. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether an init process reaps zombies and passes signals on; default `auto`: if the daemon has one. */
  readonly init?: 'auto' | boolean;
  /** Another OCI runtime than the daemon's default, e.g. `runsc`. */
  readonly runtime?: string;
  /** The control group under which engines run. */
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
 * Fills the defaults in.
 * @throws InvalidInputError when the network is none that gives a game a name and an address of its own, the user may be
 * root, the state root is not absolute, or the instance is empty.
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

// The four modes that share a network stack or have no DNS: https://docs.docker.com/engine/network/drivers/
const BUILT_IN_NETWORKS = ['bridge', 'default', 'host', 'none'];

/** Whether the name is that of a user-defined network, never of the host's or another container's network stack. */
export function isUserDefinedNetwork(name: string): boolean {
  return /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name) && !BUILT_IN_NETWORKS.includes(name);
}

/** Whether the text is a numeric `uid:gid` without root. A name could be root in the image's own user table. */
export function isUnprivilegedUser(user: string): boolean {
  return /^[1-9]\d{0,9}:[1-9]\d{0,9}$/.test(user);
}
