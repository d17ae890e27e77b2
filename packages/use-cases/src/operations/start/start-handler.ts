import type { Failure, StartJob } from '@galaxy/domain';
import type { ContainerEngine } from '@galaxy/manager-ports';
import type { HeldClaim } from '../../claims/held-claim.js';
import type { OperationHandler, Undo } from '../operation-handler.js';
import { failedUntouched } from './failed-untouched.js';
import { makeStartRuntime, resumeStart, type StartDeps } from './start-runtime.js';
import { abandonStart, undoStart } from './undo-start.js';

/** Makes the handler of starts. */
export function makeStartHandler(deps: StartDeps): OperationHandler<StartJob> {
  return { run: makeStartRuntime(deps), undo: (held, job, engine, failure) => undoOf(held, job, engine, failure, deps) };
}

// A start that has not recorded its intent has changed nothing.
function undoOf(held: HeldClaim, job: StartJob, engine: ContainerEngine, failure: Failure, deps: StartDeps): Undo {
  const run = resumeStart(held, job, engine, deps);
  if (run === null) {
    const abandon = () => failedUntouched(held.claim, job, failure, deps.clock);
    return { undo: async () => abandon(), abandon };
  }
  return { undo: () => undoStart(run, failure, deps.clock), abandon: () => abandonStart(run, failure, deps.clock) };
}
