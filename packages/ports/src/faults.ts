/** The servers that the adapters of this project talk to. Closed: our own code handles every one of them. */
export type Dependency = 'redis' | 'postgres' | 'container_engine' | 'game_engine';

/**
 * The name of any server or store. An adapter of another team names its own, in lower-case letters, digits and
 * underscores, because the name becomes part of {@link DependencyFault.code}: `sqlite` gives `sqlite_unavailable`.
 * Editors still suggest the names of {@link Dependency}.
 */
export type DependencyName = Dependency | (string & {});

/**
 * What is known about the call that failed. `not_done`: it changed nothing. `unknown`: the change may have happened, or may
 * still happen; look before you act again. A call that only reads is always `not_done`.
 */
export type FaultEffect = 'not_done' | 'unknown';

/** The fields that every {@link RuntimeFault} is built from. */
export interface FaultInput {
  /** For a log, in English. Never holds a password. */
  readonly message: string;
  /** Whether the same call may succeed later, without a change of its input or of the configuration. */
  readonly retryable: boolean;
  /** The error underneath, if there is one; it becomes `Error.cause`. */
  readonly cause?: unknown;
}

/**
 * The base class of everything that a port throws, except `InvalidTransitionError` of `@galaxy/domain`, which has the same
 * `code` and `retryable`. Outcomes that a caller must expect are return values; a fault can only be retried or reported.
 *
 * @example
 * ```ts
 * import { RuntimeFault } from '@galaxy/ports';
 *
 * export function logLine(error: unknown): string {
 *   if (!(error instanceof RuntimeFault)) throw error;
 *   return `${error.code} retryable=${error.retryable} ${error.message}`;
 * }
 * ```
 */
export abstract class RuntimeFault extends Error {
  /** Which kind of fault it is. Stable: a program may compare it. */
  abstract readonly code: string;
  /** Whether the same call may succeed later, without a change of its input or of the configuration. */
  readonly retryable: boolean;

  constructor(input: FaultInput) {
    super(input.message, input.cause === undefined ? undefined : { cause: input.cause });
    this.retryable = input.retryable;
    this.name = new.target.name;
  }
}

/**
 * The input breaks a rule of the port. Nothing was read and nothing was changed. Never retryable: correct the caller.
 *
 * @example
 * ```ts
 * import { InvalidInputError } from '@galaxy/ports';
 *
 * throw new InvalidInputError('list runtimes: limit must be a whole number from 1 to 1000');
 * ```
 */
export class InvalidInputError extends RuntimeFault {
  readonly code = 'invalid_input';

  /** The message names the call and the field that is wrong. */
  constructor(message: string, cause?: unknown) {
    super({ message, retryable: false, cause });
  }
}

/**
 * The store has no runtime record for the game. Never retryable. Nothing was changed.
 *
 * @example
 * ```ts
 * import { RuntimeNotFoundError, type RuntimeRecord, type RuntimeRecordStore } from '@galaxy/ports';
 *
 * export async function find(records: RuntimeRecordStore, gameId: string): Promise<RuntimeRecord | null> {
 *   try {
 *     return await records.get(gameId);
 *   } catch (error) {
 *     if (error instanceof RuntimeNotFoundError) return null;
 *     throw error;
 *   }
 * }
 * ```
 */
export class RuntimeNotFoundError extends RuntimeFault {
  readonly code = 'runtime_not_found';
  /** The game that has no record, as the caller gave it. */
  readonly gameId: string;

  constructor(gameId: string) {
    super({ message: `no runtime record exists for game ${JSON.stringify(gameId)}`, retryable: false });
    this.gameId = gameId;
  }
}

/**
 * The stored record is not (or no longer) what the caller expected: somebody else moved it. Nothing was changed. Not
 * retryable as it is: read the record again and decide anew.
 *
 * @example
 * ```ts
 * import { RuntimeConflictError } from '@galaxy/ports';
 *
 * export const wasMovedByOthers = (error: unknown): boolean => error instanceof RuntimeConflictError;
 * ```
 */
export class RuntimeConflictError extends RuntimeFault {
  readonly code = 'runtime_conflict';
  /** The game whose record differs, as the caller gave it. */
  readonly gameId: string;

  constructor(gameId: string) {
    super({ message: `the runtime record of game ${JSON.stringify(gameId)} is not as expected`, retryable: false });
    this.gameId = gameId;
  }
}

/**
 * The id that a caller gave to a job can't be used for it. Nothing was published by the call. Never retryable: take another id.
 *
 * @example
 * ```ts
 * import { PublishIdConflictError } from '@galaxy/ports';
 *
 * export const isOfAnotherJob = (error: unknown): boolean =>
 *   error instanceof PublishIdConflictError && error.conflict === 'other_job';
 * ```
 */
export class PublishIdConflictError extends RuntimeFault {
  readonly code = 'publish_id_conflict';
  /** The id, as the caller gave it. */
  readonly id: string;
  /** `other_job`: another job was published with the id. `withdrawn`: `wasPublished` answered `not_published` for it. */
  readonly conflict: 'other_job' | 'withdrawn';

  constructor(id: string, conflict: 'other_job' | 'withdrawn') {
    const why = conflict === 'other_job' ? 'belongs to another job' : 'is withdrawn, because it was said to be not published';
    super({ message: `the publish id ${JSON.stringify(id)} ${why}`, retryable: false });
    this.id = id;
    this.conflict = conflict;
  }
}

/**
 * A server or a store did not do what was asked: it is away, too slow, full, or it refuses us. `effect` tells whether a change
 * may have happened all the same. `retryable` is false only if the server will go on refusing until somebody corrects the
 * configuration (wrong password, missing right, data of the wrong type).
 *
 * @example
 * ```ts
 * import { DependencyFault } from '@galaxy/ports';
 *
 * export function faultOf(error: Error): DependencyFault {
 *   const isBusy = error.message.includes('SQLITE_BUSY');
 *   const message = `sqlite did not write: ${error.message}`;
 *   return new DependencyFault({ dependency: 'sqlite', message, retryable: isBusy, effect: 'not_done', cause: error });
 * }
 * ```
 */
export class DependencyFault extends RuntimeFault {
  /** `{dependency}_unavailable` when the fault is retryable, else `{dependency}_refused`. */
  readonly code: `${string}_unavailable` | `${string}_refused`;
  /** The server or store that failed. */
  readonly dependency: DependencyName;
  /** Whether a change may have happened all the same. */
  readonly effect: FaultEffect;

  constructor(input: FaultInput & { readonly dependency: DependencyName; readonly effect: FaultEffect }) {
    super(input);
    this.dependency = input.dependency;
    this.effect = input.effect;
    this.code = input.retryable ? `${input.dependency}_unavailable` : `${input.dependency}_refused`;
  }
}
