import type { InvalidJob, Operation, RuntimeJob } from '@galaxy/domain';
import type { EndDeps } from '../containers/end-container.js';
import { type OperationHandler, undoNothing } from './operation-handler.js';
import { failed } from './outcomes.js';
import { makeReconcileRuntime, type ReconcileDeps } from './reconcile/reconcile-runtime.js';
import { makeStartHandler } from './start/start-handler.js';
import type { StartDeps } from './start/start-runtime.js';
import { makeStopRuntime } from './stop/stop-runtime.js';

export interface HandlerDeps extends StartDeps, EndDeps, ReconcileDeps {}

/** One handler for each kind of job. */
export type Handlers = { readonly [K in RuntimeJob['kind']]: OperationHandler<Extract<RuntimeJob, { readonly kind: K }>> };

/** The operations that this build can carry out. It claims no others. */
export const HANDLED_OPERATIONS = ['start', 'stop', 'reconcile'] as const satisfies readonly (Operation & keyof Handlers)[];

const INVALID: OperationHandler<InvalidJob> = {
  run: async (_, { gameId, message }) => failed(gameId, { code: 'invalid_job', message }),
  undo: (held, _, __, failure) => undoNothing(held, failure),
};

/** Makes the handlers of all jobs. */
export function makeHandlers(deps: HandlerDeps): Handlers {
  return {
    start: makeStartHandler(deps),
    stop: { run: makeStopRuntime(deps), undo: (held, _, __, failure) => undoNothing(held, failure) },
    reconcile: { run: makeReconcileRuntime(deps), undo: (held, _, __, failure) => undoNothing(held, failure) },
    invalid: INVALID,
  };
}

/** The handler of a job. */
export function handlerOf(handlers: Handlers, job: RuntimeJob): OperationHandler<RuntimeJob> {
  // The type of `Handlers` makes sure that each handler takes the jobs of its own kind.
  return handlers[job.kind] as OperationHandler<never> as OperationHandler<RuntimeJob>;
}
