import type { Move } from '../explore.js';
import type { Attempt } from './attempt.js';
import { does, drop, goOn, happensTo, jobName } from './attempt.js';
import type { Guards } from './guards.js';
import type { Ending, GameRecord, Operation, Run, State, Step } from './state.js';
import { containerOf, replaced, spend } from './state.js';

/** Claims and take-overs by the first free replica. The other replicas would do the same. */
export function claims(guards: Guards, state: State): Move<State>[] {
  const replica = state.runs.indexOf(null);
  // The operation of the reconciler is older than any that may be claimed now.
  const isTaken = guards.reconcileInLane && state.reconciler.point !== 'idle';
  if (replica < 0 || isTaken) return [];
  return state.operations.flatMap((operation, n) => {
    if (operation.status === 'queued') return mayClaim(guards, state, n) ? claimed(guards, state, replica, n, 'claims') : [];
    if (operation.status !== 'running') return [];
    if (!isHeld(state, n)) return claimed(guards, state, replica, n, 'takes over');
    if (state.injections.takeOvers === 0) return [];
    const late = claimed(guards, spend(state, 'takeOvers'), replica, n, 'takes over, though its holder lives,');
    return late.map((move) => ({ ...move, by: 'environment' as const }));
  });
}

/** Whether a write of this attempt still has an effect. */
export function holds({ guards, state, run }: Attempt): boolean {
  const operation = state.operations[run.operation];
  if (operation?.status !== 'running') return !guards.endsOnce;
  return !guards.attemptIsFence || operation.attempt === run.attempt;
}

/** Whether this attempt is the current one of its operation, independent of the guards. */
export function isCurrent({ state, run }: Attempt): boolean {
  const operation = state.operations[run.operation];
  return operation?.status === 'running' && operation.attempt === run.attempt;
}

/** Whether a later stop of the game is queued. The holder learns that at some renewal. */
export const isSuperseded = ({ state, run }: Attempt): boolean =>
  state.operations.some(({ kind, status }, n) => n > run.operation && kind === 'stop' && status === 'queued');

/** Renews the claim and goes on, or drops the run when the claim is lost. */
export function renews(at: Attempt, next: Partial<Run>): Move<State> {
  if (!at.guards.renewBeforeRemove || holds(at)) return does(at, 'renews', goOn(at, at.state, next));
  return does(at, 'renews: lost', drop(at, at.state));
}

/** Writes a step and the record in one statement. A lost reply ends the attempt; the next attempt reads what was written. */
export function advances(
  at: Attempt,
  written: { step: Step; record: GameRecord; previous?: GameRecord },
  next: Partial<Run>,
): Move<State>[] {
  const { state, run } = at;
  const what = `records step ${written.step}`;
  if (!holds(at)) return [does(at, `${what}: lost`, drop(at, state))];
  if (!isSame(state.record, run.record)) return [does(at, `${what}: the record has moved`, drop(at, state))];
  const previous = written.previous ?? run.previous;
  const operations = change(state, run.operation, { step: written.step, previous });
  const after: State = { ...state, operations, record: written.record };
  const move = does(at, what, goOn(at, after, { ...next, step: written.step, previous, record: written.record }));
  if (state.injections.lostReplies === 0) return [move];
  return [move, happensTo(at, `${what}, reply lost`, drop(at, spend(after, 'lostReplies')))];
}

/** Ends the operation: record, operation and result in one statement. After a lost reply, the attempt repeats it. */
export function finishes(at: Attempt): Move<State>[] {
  const { state, run } = at;
  const ending = run.ending ?? { result: 'nothing', record: null };
  const what = `finishes, ${ending.result}`;
  if (!holds(at)) return [does(at, `${what}: nothing to do`, drop(at, state))];
  if (ending.record !== null && !isSame(state.record, run.record)) return [does(at, `${what}: the record has moved`, drop(at, state))];
  const after = ended(state, run, ending);
  const move = does(at, what, drop(at, after));
  if (state.injections.lostReplies === 0) return [move];
  return [move, happensTo(at, `${what}, reply lost`, spend(after, 'lostReplies'))];
}

function ended(state: State, run: Run, ending: Ending): State {
  const operations = change(state, run.operation, { status: 'done', attempt: 0, step: null, previous: null });
  const published = [...state.published, run.operation];
  return { ...state, operations, published, record: ending.record ?? state.record, wrong: state.wrong ?? misled(state, run, ending) };
}

// A result or a record that is wrong at the end of an operation.
function misled(state: State, run: Run, { result, record }: Ending): string | null {
  const wasStarted = state.operations.some(({ kind }, n) => n < run.operation && kind === 'start');
  if (result === 'not found' && wasStarted) return 'a stop found no record although a start came before it';
  const lost = record?.status === 'stopped' && containerOf(state, record.id) === undefined;
  return lost && !state.late ? 'the record was put back to a container that is gone' : null;
}

function mayClaim({ oldestFirst, startWaits, stopWaits }: Guards, { operations }: State, n: number): boolean {
  if (oldestFirst && operations.some(({ status }, other) => other < n && status === 'queued')) return false;
  const waits = operations[n]?.kind === 'stop' ? stopWaits : startWaits;
  return !waits || operations.every(({ status }) => status !== 'running');
}

const isHeld = ({ operations, runs }: State, n: number): boolean =>
  runs.some((run) => run?.operation === n && run.attempt === operations[n]?.attempt);

function claimed(guards: Guards, state: State, replica: number, n: number, verb: string): Move<State>[] {
  const at = newAttempt(guards, state, replica, n);
  const label = `R${replica} ${verb} ${jobName(state, n)} (attempt ${at.run.attempt})`;
  const moves: Move<State>[] = [{ label, by: 'system', to: goOn(at, at.state, {}) }];
  if (state.injections.lostReplies > 0)
    moves.push({ label: `${label}, reply lost`, by: 'environment', to: spend(at.state, 'lostReplies') });
  if (state.injections.exhausted > 0) moves.push(endsExhausted(at, label));
  return moves;
}

function newAttempt(guards: Guards, state: State, replica: number, n: number): Attempt {
  const { attempt: before = 0, step = null, previous = null } = state.operations[n] ?? {};
  const { record } = state;
  const attempt = before + 1;
  const point = step !== null && record.status === 'starting' ? 'image' : 'decide';
  const run: Run = { operation: n, attempt, point, record, step, previous, unanswered: 0, id: null, ending: null };
  return { guards, state: { ...state, operations: change(state, n, { status: 'running', attempt }) }, replica, run };
}

// The container engine does not answer: nothing can be undone or inspected, so the recorded step decides.
function endsExhausted(at: Attempt, label: string): Move<State> {
  const state: State = { ...spend(at.state, 'exhausted'), blind: true };
  const { previous, step, point } = at.run;
  const restored = previous !== null && (previous.id === null || step === 'intent') ? previous : null;
  const removed: GameRecord = { status: 'removed', id: null };
  const untouched = at.state.record.status === 'none' && at.state.operations[at.run.operation]?.kind === 'start' ? removed : null;
  const record = point === 'image' ? (restored ?? removed) : untouched;
  const ending: Ending = { result: 'exhausted', record };
  return { label: `${label}, which is exhausted`, by: 'environment', to: goOn(at, state, { point: 'finish', ending }) };
}

const change = ({ operations }: State, n: number, changed: Partial<Operation>): Operation[] => {
  const operation = operations[n];
  return operation === undefined ? [...operations] : replaced(operations, n, { ...operation, ...changed });
};

const isSame = (a: GameRecord, b: GameRecord): boolean => a.status === b.status && a.id === b.id;
