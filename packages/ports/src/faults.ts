/** The servers and listeners a fault can come from. */
export type Dependency = 'redis' | 'postgres' | 'container_engine' | 'game_engine';

/** What is known of the call that failed: `not_done` it had no effect; `unknown` it may have had: look before acting again. */
export type FaultEffect = 'not_done' | 'unknown';

/** What a {@link RuntimeFault} is built from. */
export interface FaultInput {
  readonly message: string;
  readonly retryable: boolean;
  readonly cause?: unknown;
}

/**
 * Base of everything a port throws, but for the domain's InvalidTransitionError, which has the same `code` and
 * `retryable`. Expected outcomes are return values; a fault is what a caller can only retry or report. `code` is stable
 * and tells the kind; `retryable` tells whether the same call may succeed later.
 */
export abstract class RuntimeFault extends Error {
  abstract readonly code: string;
  readonly retryable: boolean;

  constructor(input: FaultInput) {
    super(input.message, input.cause === undefined ? undefined : { cause: input.cause });
    this.retryable = input.retryable;
    this.name = new.target.name;
  }
}

/** The input breaks a rule of the port; nothing was touched. Never retryable. */
export class InvalidInputError extends RuntimeFault {
  readonly code = 'invalid_input';

  constructor(message: string, cause?: unknown) {
    super({ message, retryable: false, cause });
  }
}

/** No runtime record exists for the game. */
export class RuntimeNotFoundError extends RuntimeFault {
  readonly code = 'runtime_not_found';
  readonly gameId: string;

  constructor(gameId: string) {
    super({ message: `no runtime record exists for game ${JSON.stringify(gameId)}`, retryable: false });
    this.gameId = gameId;
  }
}

/** The record is not (or no longer) as the caller expected: somebody else moved it. Read it again and decide anew. */
export class RuntimeConflictError extends RuntimeFault {
  readonly code = 'runtime_conflict';
  readonly gameId: string;

  constructor(gameId: string) {
    super({ message: `the runtime record of game ${JSON.stringify(gameId)} is not as expected`, retryable: false });
    this.gameId = gameId;
  }
}

/**
 * A server did not do what was asked: it is away, too slow, full, or refuses us. `effect` says whether a mutation may
 * have happened all the same. Retryable unless the server will go on refusing (wrong credentials, wrong type, no right).
 */
export class DependencyFault extends RuntimeFault {
  readonly code: `${Dependency}_${'unavailable' | 'refused'}`;
  readonly dependency: Dependency;
  readonly effect: FaultEffect;

  constructor(input: FaultInput & { dependency: Dependency; effect: FaultEffect }) {
    super(input);
    this.dependency = input.dependency;
    this.effect = input.effect;
    this.code = `${input.dependency}_${input.retryable ? 'unavailable' : 'refused'}`;
  }
}
