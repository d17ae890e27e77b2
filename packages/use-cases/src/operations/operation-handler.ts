import type { Failure } from '@galaxy/domain';
import type { ContainerEngine, OperationOutcome } from '@galaxy/manager-ports';
import type { HeldClaim } from '../claims/held-claim.js';
import { failed } from './outcomes.js';

/** How an exhausted operation ends. */
export interface Undo {
  /** Takes back on the container engine what the operation has begun. Safe to repeat from any point. */
  readonly undo: () => Promise<OperationOutcome>;
  /** Ends the operation without the engine: the recorded step decides. */
  readonly abandon: () => OperationOutcome;
}

/** Everything that the manager does with one kind of operation. `J` is its job. */
export interface OperationHandler<J> {
  /** Carries out one claimed operation. Safe to repeat from any point. Returns the outcome; the caller writes it. */
  readonly run: (held: HeldClaim, job: J, engine: ContainerEngine) => Promise<OperationOutcome>;
  readonly undo: (held: HeldClaim, job: J, engine: ContainerEngine, failure: Failure) => Undo;
}

/** The undo of an operation that leaves nothing half done. */
export function undoNothing({ claim }: HeldClaim, failure: Failure): Undo {
  const abandon = () => failed(claim.gameId, failure);
  return { undo: async () => abandon(), abandon };
}
