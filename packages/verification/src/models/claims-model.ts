/*
 * The claims model: one game, its start and stop jobs, two replicas that carry them out, and a reconciler.
 *
 * Time is left out: whatever may expire may expire at once or never, and calls to the container engine that nobody waits
 * for any more are carried out whenever it hurts most. One container image; engines are ready or not; nothing dies by itself.
 * It is assumed that the database does one statement at a time, that the engine refuses a name that is taken, and that it
 * never gives an id twice. It is not assumed that a holder's clock tells it in time that its claim has expired: after a
 * suspended machine it does not. So what the age of the last renewal adds is not explored here; everything holds without.
 *
 * What stands for which code (packages/use-cases/src unless another place is named):
 *   claims/journal.ts           claims, take-overs: work-operations.ts; claim.ts in adapters/postgres
 *                               renewal, superseded: claim-keeper.ts; renew.ts in adapters/postgres
 *                               steps: start-run.ts; advance.ts, fenced.ts in adapters/postgres
 *                               finish, its repetition: run-operation.ts; finish.ts in adapters/postgres
 *                               a reply that is lost, a dropped run: release-claim.ts; ending an exhausted one: exhausted.ts,
 *                               abandonStart in undo-start.ts
 *   claims/start.ts             start-runtime.ts, obtain-image.ts, replace-previous.ts, create-container.ts, await-ready.ts, undo-start.ts
 *   claims/stop.ts              stop-runtime.ts
 *   claims/container-engine.ts  the calls that fenced-engine.ts lets through, and the engine behind them
 *   claims/reconciler.ts        the table of what record and container call for: decide-reconcile.ts in packages/domain/src; finding and
 *                               queueing: find-drift.ts, reconcile-pass.ts; the act: reconcile-runtime.ts. Simpler here: one look is enough,
 *                               a container without a record is removed where the code adopts one that runs, and no engine is asked
 *
 * Holds in every state: one result per job, in order; one container; a running engine is ended by nothing but a stop; while
 * no operation runs, record and container agree, unless a call came late or an operation was given up without a look; even
 * then no engine runs after its stop, unless it was given up so. Holds at rest, which is always in reach: every queued job
 * has its result, and record and container agree.
 *
 * Not covered: foreign containers, refusals by configuration or capacity, jobs with another image, deaths of engines, the
 * count of failures and its back-off, a reconciler that dies, publishing (that is publishing-model.ts), and injections beyond
 * the few that a test allows at a time.
 */
import { befalls, does, drop, jobName } from './claims/attempt.js';
import { lateCalls } from './claims/container-engine.js';
import type { Guards } from './claims/guards.js';
import { claims, holds } from './claims/journal.js';
import { reconciles, repairOf } from './claims/reconciler.js';
import { START_POINTS } from './claims/start.js';
import type { Injections, Operation, State } from './claims/state.js';
import { initialState, replaced, showState, spend, stateKey } from './claims/state.js';
import { STOP_POINTS } from './claims/stop.js';
import type { Model, Move } from './explore.js';

/** One game, its jobs, two replicas, and what may go wrong. */
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
  if (state.injections.crashes > 0) moves.push(befalls(at, 'dies', drop(at, spend(state, 'crashes'))));
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
