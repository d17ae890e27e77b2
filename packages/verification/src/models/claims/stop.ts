import type { Move } from '../explore.js';
import type { Attempt } from './attempt.js';
import { does, goOn } from './attempt.js';
import { calls } from './container-engine.js';
import { finishes } from './journal.js';
import type { Ending, State } from './state.js';
import { containerOf } from './state.js';

/** The next moves of an attempt at a stop, by the point that it has reached. */
export const STOP_POINTS: Readonly<Record<string, (at: Attempt) => Move<State>[]>> = {
  decide: (at) => [decide(at)],
  stop: (at) => asks(at, 'verify'),
  verify: (at) => [verifies(at, null)],
  kill: (at) => asks(at, 'verify kill'),
  'verify kill': (at) => [verifies(at, { result: 'not stopped', record: null })],
  finish: finishes,
};

function decide(at: Attempt): Move<State> {
  const { status, id: known } = at.run.record;
  if (status === 'none') return ends(at, 'has no record', { result: 'not found', record: null });
  if (status === 'stopped' || status === 'removed') return ends(at, 'is stopped already', { result: 'replayed', record: null });
  // A start that was ended as exhausted may have left a container that its record does not name.
  const id = known ?? at.state.containers.at(0)?.id ?? null;
  if (id === null) return ends(at, 'finds no container', { result: 'stopped', record: { status: 'removed', id: null } });
  return does(at, 'decides to stop', goOn(at, at.state, { point: 'stop', id }));
}

// It does not matter whether the call is answered: the inspection that follows shows the outcome.
function asks(at: Attempt, point: string): Move<State>[] {
  const { run, guards } = at;
  const ending: Ending = { result: 'stopped', record: { status: 'stopped', id: run.id } };
  const next = (after: State) => goOn(at, after, guards.verifyStopped ? { point } : { point: 'finish', ending });
  return calls(at, 'stop', run.id ?? '', { answered: next, lost: next });
}

function verifies(at: Attempt, otherwise: Ending | null): Move<State> {
  const { state, run } = at;
  const container = containerOf(state, run.id);
  if (container === undefined) return ends(at, 'sees it gone', { result: 'stopped', record: { status: 'removed', id: null } });
  if (container.state !== 'running') return ends(at, 'sees it ended', { result: 'stopped', record: { status: 'stopped', id: run.id } });
  return otherwise === null
    ? does(at, 'sees it running', goOn(at, state, { point: 'kill' }))
    : ends(at, 'sees it running still', otherwise);
}

const ends = (at: Attempt, what: string, ending: Ending): Move<State> => does(at, what, goOn(at, at.state, { point: 'finish', ending }));
