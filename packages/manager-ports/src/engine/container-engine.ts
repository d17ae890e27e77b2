/** The attempt that created a container: written on the container at creation, never changed. */
export interface IncarnationOwner {
  readonly gameId: string;
  readonly opId: string;
  readonly attempt: number;
}

/** The container to create. Limits, hardening, network and state folder come from the adapter's configuration. */
export interface IncarnationSpec extends IncarnationOwner {
  readonly imageRef: string;
}

/** `exited` includes containers that died, and those whose removal failed. `removing`: it is being removed; all one can do is wait. */
export type IncarnationState = 'created' | 'running' | 'paused' | 'exited' | 'removing';

/** One incarnation of a game: one container. */
export interface Incarnation {
  readonly id: string;
  readonly owner: IncarnationOwner;
  readonly imageRef: string;
  /** The id that the engine gave the image: the same image has the same id under every reference. Null when unknown. */
  readonly imageId: string | null;
  readonly state: IncarnationState;
  /** Null when it has not exited, or when the code is unknown. */
  readonly exitCode: number | null;
  /** True when the container engine reports that it was killed for using too much memory. False does not prove the opposite. */
  readonly outOfMemory: boolean;
  /** The address at which the manager reaches the game engine, `http://host:port`; null while it is not running. */
  readonly address: string | null;
}

/** The result of looking up a name or an id. `foreign`: not created by this installation; never touch it. */
export type Inspection =
  | { readonly kind: 'ours'; readonly incarnation: Incarnation }
  | { readonly kind: 'foreign'; readonly id: string }
  | { readonly kind: 'absent' };

/** Why an image is not available. */
export type PullFailureReason =
  | 'not_found'
  | 'access_denied'
  | 'rate_limited'
  | 'stalled'
  | 'wrong_platform'
  | 'no_space'
  | 'not_present'
  | 'failed';

/** `aborted`: the signal fired before the image was available. */
export type ImageOutcome =
  | { readonly kind: 'available' }
  | { readonly kind: 'unavailable'; readonly reason: PullFailureReason; readonly message: string }
  | { readonly kind: 'aborted' };

export type PrepareOutcome = { readonly kind: 'prepared' } | { readonly kind: 'refused'; readonly message: string };

/** Any outcome but `created` does not prove that there is no container: look the name up. */
export type CreateOutcome =
  | { readonly kind: 'created'; readonly id: string }
  | { readonly kind: 'name_taken' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'no_capacity'; readonly message: string };

/** `gone`: there is no container with this id. `refused`: the engine can't start it. */
export type StartOutcome =
  | { readonly kind: 'started' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'no_capacity'; readonly message: string };

/** `stopped`: the engine accepted the stop or kill and carried it out; verify it with {@link ContainerEngine.inspect}. */
export type StopOutcome = 'stopped' | 'already_stopped' | 'gone';

/** Both mean that no container has this id any more. */
export type RemoveOutcome = 'removed' | 'gone';

/**
 * The container engine that runs the games' containers. The port uses no product's terms; Docker is the first implementation.
 * Changes address containers by id, never by name. Each game has one container name, so the engine itself refuses a second
 * container.
 *
 * Every call ends within a deadline of the adapter. DependencyFault means that the engine did not answer. After a change with
 * `effect: 'unknown'`, the change may still happen, even later: inspect, never assume.
 */
export interface ContainerEngine {
  /**
   * Makes the image available by the configured policy: always pull, pull if missing, or never pull. Calls for the same image share
   * one pull. Each call has its own signal; the pull is cancelled when no call waits for it any more. A pull without progress for
   * a while ends as `stalled`; its total time is limited too. Repeating is safe.
   */
  ensureImage(imageRef: string, signal: AbortSignal): Promise<ImageOutcome>;

  /** Creates the network and the game's state folder if they are missing. Repeating is safe, also at the same time. */
  prepare(gameId: string): Promise<PrepareOutcome>;

  /** Creates the game's container, hardened, not yet running, under the game's fixed name. The image must be available. */
  create(spec: IncarnationSpec): Promise<CreateOutcome>;

  /** Starts the container. Repeating is safe: for a running one it returns `started`. */
  start(id: string): Promise<StartOutcome>;

  /** Asks the container to end (SIGTERM), and ends it by force after `graceMs`. Repeating is safe. A paused one is resumed for this. */
  stop(id: string, graceMs: number): Promise<StopOutcome>;

  /** Ends the container at once (SIGKILL). Repeating is safe. */
  kill(id: string): Promise<StopOutcome>;

  /**
   * Removes the container, by force if it runs, and returns when the id no longer exists, so that its name is free. Repeating is
   * safe, also at the same time. The game's state folder stays.
   */
  remove(id: string): Promise<RemoveOutcome>;

  /** The container that has the game's container name now. */
  find(gameId: string): Promise<Inspection>;

  /** The container that has this id now. */
  inspect(id: string): Promise<Inspection>;

  /** Returns when the engine answers; throws DependencyFault when it does not. */
  ping(): Promise<void>;
}
