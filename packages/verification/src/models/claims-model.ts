/*
 * The claims model: one game with its start and stop jobs, two replicas that carry them out, and a reconciler.
 *
 * What is left out. There is no time: a claim may expire at once or never, and a call to the container engine that no process waits
 * for may be carried out at any later moment. There is one container image. A game engine is ready or not. No container ends by
 * itself.
 *
 * What is assumed. The database does one statement at a time. The container engine refuses a name that is taken, and never gives
 * an id twice. It is not assumed that the clock of a holder shows in time that its claim has expired: after its machine was
 * suspended, it does not. So the model does not use the age of the last renewal, and all promises hold without it.
 *
 * Which code each file stands for (in packages/use-cases/src; those of PostgreSQL in packages/adapters/postgres/src):
 *   claims/journal.ts           claim, take over: claims/work-operations.ts; operations/claim.ts of PostgreSQL
 *                               renew, superseded: claims/claim-keeper.ts, claims/held-claim.ts; operations/renew.ts of PostgreSQL
 *                               record a step: operations/start/start-run.ts; operations/advance.ts, fenced.ts of PostgreSQL
 *                               finish, also repeated: operations/run-operation.ts; operations/finish.ts of PostgreSQL
 *                               drop a run after a lost reply: operations/release-claim.ts
 *                               end an exhausted operation: operations/exhausted.ts; abandonStart in operations/start/undo-start.ts;
 *                               failedUntouched in operations/outcomes.ts
 *   claims/start.ts             operations/start: decide is start-runtime.ts; then obtain-image.ts, replace-previous.ts,
 *                               create-container.ts, start-container.ts, await-ready.ts; undo-start.ts. Without prepare-host.ts
 *   claims/stop.ts              operations/stop/stop-runtime.ts, containers/end-container.ts
 *   claims/container-engine.ts  the calls that claims/fenced-engine.ts lets through, and the container engine behind them
 *   claims/reconciler.ts        what to do: operations/decide-reconcile.ts in packages/domain/src
 *                               find and queue: reconciler/find-drift.ts, reconciler/reconcile-pass.ts;
 *                               operations/postgres-reconcile-queue.ts of PostgreSQL
 *                               act: operations/reconcile/reconcile-runtime.ts, remove-orphans.ts
 *                               Simpler than the code: one inspection is enough (not so in reconciler/decide-acts.ts), a container
 *                               without a record is always removed (the code adopts one that runs), and no game engine is probed
 *
 * What must hold in every state. Each job has at most one result, and results are in the order of the jobs. The game has at most
 * one container. Only a stop ends a running engine. While no operation runs, record and container agree, unless a call came late
 * or an operation was ended as exhausted, without an inspection. No engine runs after its stop, also after a late call, unless an
 * operation was ended that way.
 *
 * What must hold when nothing is left to do, a state that can always be reached. Every queued job has its result, and record and
 * container agree.
 *
 * Not covered: foreign containers, refusals by configuration or capacity, jobs with another image, game engines that end by
 * themselves, the count of failures and its pauses, a reconciler that dies, publishing (see publishing-model.ts), and more
 * injections than a test allows at a time.
 */
import { does, drop, happensTo, jobName } from './claims/attempt.js';
import { lateCalls } from './claims/container-engine.js';
import type { Guards } from './claims/guards.js';
import { claims, holds } from './claims/journal.js';
import { reconciles, repairOf } from './claims/reconciler.js';
import { START_POINTS } from './claims/start.js';
import type { Injections, Operation, State } from './claims/state.js';
import { initialState, replaced, showState, spend, stateKey } from './claims/state.js';
import { STOP_POINTS } from './claims/stop.js';
import type { Model, Move } from './explore.js';

/** The model of one game with these jobs. `injections` says how often each of them may happen. */
export function claimsModel(jobs: readonly Operation['kind'][], injections: Injections, guards: Guards): Model<State> {
  return {
    initial: initialState(jobs, injections),
    moves: (state) => [
      ...arrivals(state),
      ...claims(guards, state),
      ...state.runs.flatMap((_, replica) => attempts(guards, state, replica)),
      ...lateCalls(guards, state),
      ...reconciles(guards, state),
    ],
    key: stateKey,
    broken,
    unsettled,
    show: showState,
  };
}

function arrivals(state: State): Move<State>[] {
  const n = state.operations.findIndex(({ status }) => status === 'to come');
  const operation = state.operations[n];
  if (operation === undefined) return [];
  const operations = replaced<Operation>(state.operations, n, { ...operation, status: 'queued' });
  return [{ label: `${jobName(state, n)} is queued`, by: 'environment', to: { ...state, operations } }];
}

function attempts(guards: Guards, state: State, replica: number): Move<State>[] {
  const run = state.runs[replica] ?? null;
  if (run === null) return [];
  const at = { guards, state, replica, run };
  const points = state.operations[run.operation]?.kind === 'stop' ? STOP_POINTS : START_POINTS;
  const moves = points[run.point]?.(at) ?? [];
  if (!holds(at)) moves.push(does(at, 'learns that its claim is lost', drop(at, state)));
  if (state.injections.crashes > 0) moves.push(happensTo(at, 'dies', drop(at, spend(state, 'crashes'))));
  return moves;
}

function broken(state: State): string | null {
  if (state.wrong !== null) return state.wrong;
  if (state.containers.length > 1) return 'the game has two containers';
  return brokenOrder(state.published) ?? brokenAgreement(state);
}

function brokenOrder(published: readonly number[]): string | null {
  if (new Set(published).size < published.length) return 'a job has two results';
  return published.some((operation, n) => operation !== n) ? 'results are out of order' : null;
}

// What must hold while no operation runs.
function brokenAgreement(state: State): string | null {
  const { operations, reconciler, containers, record, late, blind } = state;
  if (operations.some(({ status }) => status === 'running') || reconciler.point !== 'idle') return null;
  const wasStopped = record.status === 'stopped' || record.status === 'removed';
  if (wasStopped && !blind && containers.some((container) => container.state === 'running')) return 'an engine runs after its stop';
  return late || blind || repairOf(state) === null ? null : 'record and container disagree though no call came late';
}

function unsettled(state: State): string | null {
  if (state.operations.some(({ status }) => status === 'queued' || status === 'running')) return 'a job never ends';
  return repairOf(state) === null ? null : 'record and container disagree for good';
}
