import type { FakeImage } from '../images/image-shelf.js';
import type { FakeNetwork } from '../networks/network-table.js';
import type { FakeProcess } from './fake-process.js';

/** The part of a create's body that the fake daemon uses. An inspect also returns the rest. */
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

/** One container of a fake daemon. */
export interface FakeContainer {
  readonly id: string;
  /** Without the slash that the API puts before it. */
  readonly name: string;
  readonly body: ContainerBody;
  readonly image: FakeImage;
  /** The labels of the image and of the create. The latter win. */
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  /** Its program; null while it does not run. */
  process: FakeProcess | null;
  /** The network of its first run. Later runs need the same network, not another one with the same name. */
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

/** The game of a container, by its label. */
export const gameOf = ({ labels }: Pick<FakeContainer, 'labels'>): string | null => labels['galaxy.game_id'] ?? null;

/** The status of a container in the API. The real daemon checks in the same order. */
export function statusOf({ process, paused, removing, startedAt }: FakeContainer): string {
  if (process !== null) return paused ? 'paused' : 'running';
  if (removing) return 'removing';
  return startedAt === null ? 'created' : 'exited';
}

/** The network of a container, by name or id. */
export function networkModeOf({ body }: FakeContainer): string {
  const mode = body.HostConfig?.NetworkMode ?? '';
  return mode === '' || mode === 'default' ? 'bridge' : mode;
}

/** Whether a container has an init process. */
export const hasInit = ({ body }: FakeContainer): boolean => body.HostConfig?.Init === true;

/** The folder of the host that is mounted at `/data`. */
export function stateDirOf({ body }: FakeContainer): string | undefined {
  return body.HostConfig?.Mounts?.find(({ Target }) => Target === '/data')?.Source;
}
