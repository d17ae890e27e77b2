import type { FakeImage } from '../images/image-shelf.js';
import type { FakeNetwork } from '../networks/network-table.js';
import type { FakeProcess } from './fake-process.js';

/** The part of a create's body that decides anything; the rest is only told again by an inspect. */
export interface ContainerBody {
  readonly Image?: string;
  readonly Hostname?: string;
  readonly Env?: readonly string[] | null;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly HostConfig?: {
    readonly NetworkMode?: string;
    readonly Init?: boolean;
    readonly Mounts?: readonly { readonly Type?: string; readonly Source?: string; readonly Target?: string }[] | null;
  } | null;
  readonly NetworkingConfig?: {
    readonly EndpointsConfig?: Readonly<Record<string, { readonly Aliases?: readonly string[] | null } | null>> | null;
  } | null;
}

/** One container as the daemon remembers it. */
export interface FakeContainer {
  readonly id: string;
  /** Without the slash that the API puts before it. */
  readonly name: string;
  readonly body: ContainerBody;
  readonly image: FakeImage;
  /** Those of the image, and over them those of the create. */
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  /** What runs in it; null while nothing does. */
  process: FakeProcess | null;
  /** The network that it first ran on: from then on only that very one will do, not another of its name. */
  networkId: string | null;
  attachment: { readonly network: FakeNetwork; readonly address: string } | null;
  paused: boolean;
  removing: boolean;
  exitCode: number;
  error: string;
  outOfMemory: boolean;
  startedAt: Date | null;
  finishedAt: Date | null;
}

/** The label that tells whose game a container runs. */
export const gameOf = ({ labels }: Pick<FakeContainer, 'labels'>): string | null => labels['galaxy.game_id'] ?? null;

/** The word of the API for what a container does; the daemon asks in this order, too. */
export function statusOf({ process, paused, removing, startedAt }: FakeContainer): string {
  if (process !== null) return paused ? 'paused' : 'running';
  if (removing) return 'removing';
  return startedAt === null ? 'created' : 'exited';
}

/** The network a container is to run on, by name or id. */
export function networkModeOf({ body }: FakeContainer): string {
  const mode = body.HostConfig?.NetworkMode ?? '';
  return mode === '' || mode === 'default' ? 'bridge' : mode;
}

/** Whether it has an init process. */
export const hasInit = ({ body }: FakeContainer): boolean => body.HostConfig?.Init === true;

/** The folder of the host where it finds `/data`. */
export function stateDirOf({ body }: FakeContainer): string | undefined {
  return body.HostConfig?.Mounts?.find(({ Target }) => Target === '/data')?.Source;
}
