/** Whom a container belongs to: written on it at creation, never changed. */
export interface IncarnationOwner {
  readonly gameId: string;
  readonly opId: string;
  readonly attempt: number;
}

/** What to create. Limits, hardening, network and state folder are the adapter's configuration. */
export interface IncarnationSpec extends IncarnationOwner {
  readonly imageRef: string;
}

/** What a container of ours is doing. `exited` includes one that died, also one whose removal failed; `removing` is on its way out and can only be waited for. */
export type IncarnationState = 'created' | 'running' | 'paused' | 'exited' | 'removing';

/** One container of a game: its incarnation. */
export interface Incarnation {
  readonly id: string;
  readonly owner: IncarnationOwner;
  readonly imageRef: string;
  readonly state: IncarnationState;
  /** Exit code, when it has exited. */
  readonly exitCode: number | null;
  /** True when the engine says that it was killed for memory. False is no proof of the contrary. */
  readonly outOfMemory: boolean;
  /** Where the manager reaches the engine, `http://host:port`; null while it is not running. */
  readonly address: string | null;
}

/** What a look at a name or an id found. `foreign`: not made by this instance of the manager; never touch it. */
export type Inspection =
  | { readonly kind: 'ours'; readonly incarnation: Incarnation }
  | { readonly kind: 'foreign'; readonly id: string }
  | { readonly kind: 'absent' };

/** Why an image is not to be had. */
export type PullFailureReason =
  | 'not_found'
  | 'access_denied'
  | 'rate_limited'
  | 'stalled'
  | 'wrong_platform'
  | 'no_space'
  | 'not_present'
  | 'failed';

/** What became of making an image available. `aborted`: the signal fired. */
export type ImageOutcome =
  | { readonly kind: 'available' }
  | { readonly kind: 'unavailable'; readonly reason: PullFailureReason; readonly message: string }
  | { readonly kind: 'aborted' };

/** What became of preparing network and state folder. */
export type PrepareOutcome = { readonly kind: 'prepared' } | { readonly kind: 'refused'; readonly message: string };

/** What became of a create. Anything but `created` proves nothing: look the name up. */
export type CreateOutcome =
  | { readonly kind: 'created'; readonly id: string }
  | { readonly kind: 'name_taken' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'no_capacity'; readonly message: string };

/** What became of a start. */
export type StartOutcome =
  | { readonly kind: 'started' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'no_capacity'; readonly message: string };

/** What became of a stop or a kill. `stopped` says that the engine accepted and carried it out; verify by {@link ContainerEngine.inspect}. */
export type StopOutcome = 'stopped' | 'already_stopped' | 'gone';

/** What became of a removal. Both mean that the id no longer exists. */
export type RemoveOutcome = 'removed' | 'gone';

/**
 * The engine that runs games' containers. It speaks of a game's incarnation, never in one product's terms: Docker is
 * the first behind it. Mutations address ids, never names, and one game has one name, so that the engine itself refuses
 * a second container.
 *
 * Every call ends within a deadline of the adapter's own. DependencyFault means that the engine did not answer; after a
 * mutation with `effect: 'unknown'` it may still happen, even later: look, never assume.
 */
export interface ContainerEngine {
  /**
   * Makes the image available by the configured policy: always pull, pull if missing, or never pull. Calls for one
   * image share one pull; each has its own signal, and the pull itself ends when nobody waits for it any more. A pull
   * without progress for a while is `stalled`; its total time is bounded too.
   */
  ensureImage(imageRef: string, signal: AbortSignal): Promise<ImageOutcome>;

  /** Makes the network and the game's state folder exist. Repeating is safe. */
  prepare(gameId: string): Promise<PrepareOutcome>;

  /**
   * Creates the game's container, hardened, not yet running, under the game's fixed name.
   * The image must be available.
   */
  create(spec: IncarnationSpec): Promise<CreateOutcome>;

  /** Starts it. Repeating is safe: a running one is `started`. */
  start(id: string): Promise<StartOutcome>;

  /** Asks it to end (SIGTERM) and ends it by force after `graceMs`. Repeating is safe. A paused one is thawed for it. */
  stop(id: string, graceMs: number): Promise<StopOutcome>;

  /** Ends it at once (SIGKILL). Repeating is safe. */
  kill(id: string): Promise<StopOutcome>;

  /**
   * Removes it, by force if it runs, and returns once the id no longer exists, so that its name is free. Repeating is
   * safe, also concurrently. The game's state folder stays.
   */
  remove(id: string): Promise<RemoveOutcome>;

  /** What bears the game's name now. */
  find(gameId: string): Promise<Inspection>;

  /** What bears this id now. */
  inspect(id: string): Promise<Inspection>;

  /** Returns when the engine answers; throws DependencyFault when it does not. */
  ping(): Promise<void>;
}
