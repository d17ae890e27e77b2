import type { Move } from '../explore.js';
import type { Attempt } from './attempt.js';
import { does, drop, goOn, happensTo } from './attempt.js';
import { calls } from './container-engine.js';
import { advances, finishes, isSuperseded, renews } from './journal.js';
import type { Ending, GameRecord, Run, State } from './state.js';
import { containerOf, spend } from './state.js';

type Point = (at: Attempt) => Move<State>[];

const REMOVED: GameRecord = { status: 'removed', id: null };
const keeping = (result: string): Partial<Run> => ({ point: 'finish', ending: { result, record: null } });

/** The next moves of an attempt at a start, by the point that it has reached. */
export const START_POINTS: Readonly<Record<string, Point>> = {
  decide,
  image,
  replace: (at) => recordsReplacing(at),
  'remove previous': (at) => removes(at, at.run.previous?.id ?? null, { point: 'create' }),
  create: (at) => [...toldToStop(at), ...creates(at)],
  find: (at) => [finds(at)],
  'renew for name': (at) => [renews(at, { point: 'free name' })],
  'free name': (at) => removes(at, at.run.id, { point: 'create', id: null }),
  record: (at) => advances(at, { step: 'created', record: { status: 'starting', id: at.run.id } }, { point: 'start' }),
  start: (at) => [...toldToStop(at), ...startsContainer(at)],
  ready,
  undo: (at) => [undoes(at)],
  'renew for undo': (at) => [renews(at, { point: 'remove created' })],
  'remove created': (at) => removes(at, at.run.id, { point: 'look for previous', id: null }),
  'look for previous': (at) => [looksForPrevious(at)],
  finish: finishes,
};

function decide(at: Attempt): Move<State>[] {
  const { state, run, guards } = at;
  const { status } = run.record;
  if (status === 'running') return [does(at, 'is running already', goOn(at, state, keeping('replayed')))];
  if (status === 'unreachable') return [does(at, 'must not start', goOn(at, state, keeping('conflict')))];
  const previous = status === 'none' || status === 'starting' ? {} : { previous: run.record };
  const accepted = advances(at, { step: 'intent', record: { status: 'starting', id: null }, ...previous }, { point: 'image' });
  if (!isSuperseded(at)) return accepted;
  const record = status === 'none' && guards.historyForStop ? REMOVED : null;
  const ending: Ending = { result: 'superseded', record };
  return [...accepted, does(at, 'is superseded before its intent', goOn(at, state, { point: 'finish', ending }))];
}

function image(at: Attempt): Move<State>[] {
  const { state, run } = at;
  const hasPrevious = run.previous !== null && run.previous.id !== null && run.step !== 'created';
  const next = !hasPrevious ? 'create' : run.step === 'intent' ? 'replace' : 'remove previous';
  return [...toldToStop(at), ...mayFail(at, 'gets no image'), does(at, 'has its image', goOn(at, state, { point: next }))];
}

function recordsReplacing(at: Attempt): Move<State>[] {
  if (!at.guards.stepBeforeReplacing) return [does(at, 'records nothing', goOn(at, at.state, { point: 'remove previous' }))];
  return advances(at, { step: 'replacing', record: at.run.record }, { point: 'remove previous' });
}

function creates(at: Attempt): Move<State>[] {
  const { operation, attempt, unanswered } = at.run;
  return calls(at, 'create', `c${operation + 1}.${attempt}${"'".repeat(unanswered)}`, {
    answered: (after) => lookAfterCreate(at, after),
    lost: (after) => goOn(at, after, { point: 'find', unanswered: unanswered + 1 }),
  });
}

const finds = (at: Attempt): Move<State> => {
  const isThere = at.state.containers.length > 0;
  return does(at, 'looks the name up', isThere ? lookAfterCreate(at, at.state) : drop(at, at.state));
};

// The answer of a create does not count. The container with the game's name decides.
function lookAfterCreate(at: Attempt, after: State): State {
  const { guards, run } = at;
  const bearer = after.containers.at(-1);
  if (bearer === undefined) return goOn(at, after, { point: 'create' });
  const isOwn = bearer.operation === run.operation && (!guards.adoptOwnAttempt || bearer.attempt === run.attempt);
  return goOn(at, after, { point: isOwn ? 'record' : 'renew for name', id: bearer.id });
}

function startsContainer(at: Attempt): Move<State>[] {
  const { state, run } = at;
  const id = run.id ?? '';
  if (containerOf(state, id) === undefined && at.guards.idsAct) return [does(at, `start ${id}: gone`, goOn(at, state, { point: 'undo' }))];
  return calls(at, 'start', id, {
    answered: (after) => goOn(at, after, { point: 'ready' }),
    lost: (after) => drop(at, after),
  });
}

function ready(at: Attempt): Move<State>[] {
  const { state, run } = at;
  if (containerOf(state, run.id)?.state !== 'running') return [does(at, 'sees its container ended', goOn(at, state, { point: 'undo' }))];
  const ending: Ending = { result: 'started', record: { status: 'running', id: run.id } };
  return [
    ...toldToStop(at),
    ...mayFail(at, 'sees no ready engine'),
    does(at, 'sees the engine ready', goOn(at, state, { point: 'finish', ending })),
  ];
}

// It looks for the container of this operation, whichever attempt created it.
function undoes(at: Attempt): Move<State> {
  const { guards, state, run } = at;
  const created = guards.undoCreated ? state.containers.find(({ operation }) => operation === run.operation) : undefined;
  const next = created === undefined ? { point: 'look for previous' } : { point: 'renew for undo', id: created.id };
  return does(at, 'looks for what it created', goOn(at, state, next));
}

function looksForPrevious(at: Attempt): Move<State> {
  const { guards, state, run } = at;
  const { previous } = run;
  const mayRestore = previous?.id === null || !guards.restoreWhatIsThere || containerOf(state, previous?.id ?? null) !== undefined;
  const record = previous !== null && mayRestore ? previous : REMOVED;
  return does(at, 'looks for the previous container', goOn(at, state, { point: 'finish', ending: { result: 'failed', record } }));
}

const removes = (at: Attempt, id: string | null, next: Partial<Run>): Move<State>[] =>
  calls(at, 'remove', id ?? '', { answered: (after) => goOn(at, after, next), lost: (after) => drop(at, after) });

const toldToStop = (at: Attempt): Move<State>[] =>
  isSuperseded(at) ? [does(at, 'learns that it is superseded', goOn(at, at.state, { point: 'undo' }))] : [];

const mayFail = (at: Attempt, what: string): Move<State>[] =>
  at.state.injections.failures > 0 ? [happensTo(at, what, goOn(at, spend(at.state, 'failures'), { point: 'undo' }))] : [];
