import type { Move } from '../explore.js';
import type { Attempt } from './attempt.js';
import { does, drop, happensTo } from './attempt.js';
import type { Guards } from './guards.js';
import { isCurrent } from './journal.js';
import type { Call, Container, State } from './state.js';
import { spend } from './state.js';

/** What may happen with a call: it is answered; it is not, and is carried out now, later or never; or its caller dies. */
export function calls(
  at: Attempt,
  kind: Call['kind'],
  id: string,
  then: { answered: (after: State) => State; lost: (after: State) => State },
): Move<State>[] {
  const { guards, state, run } = at;
  const call: Call = { kind, id, operation: run.operation, attempt: run.attempt };
  const what = `${kind} ${id}`;
  const done = carryOut(guards, state, call, !isCurrent(at));
  const moves = [does(at, what, then.answered(done))];
  const sent = send(guards, state, call);
  if (state.injections.lostReplies > 0) {
    moves.push(happensTo(at, `${what}, reply lost`, then.lost(spend(done, 'lostReplies'))));
    moves.push(happensTo(at, `${what}, not answered and still under way`, then.lost(spend(sent, 'lostReplies'))));
  }
  if (state.injections.crashes > 0) moves.push(happensTo(at, `dies with ${what} under way`, drop(at, spend(sent, 'crashes'))));
  return moves;
}

/** Moves that carry out a call which no process waits for any more. */
export const lateCalls = (guards: Guards, state: State): Move<State>[] =>
  state.underWay.map((call, n) => ({
    label: `engine carries out ${call.kind} ${call.id} late`,
    by: 'environment',
    to: carryOut(guards, { ...state, underWay: state.underWay.filter((_, other) => other !== n) }, call, true),
  }));

/** The state after the engine carried out a call. `isLate`: its caller no longer waits for it, or has lost its claim. */
export function carryOut(guards: Guards, state: State, call: Call, isLate: boolean): State {
  const target = targetOf(guards, state, call);
  const containers = containersAfter(guards, state.containers, call, target);
  const late = state.late || (isLate && containers !== state.containers);
  const after: State = { ...state, containers, late, wrong: state.wrong ?? destroyed(state, call, target) };
  return { ...after, underWay: after.underWay.filter((other) => mayMatter(guards, after, other)) };
}

const send = (guards: Guards, state: State, call: Call): State =>
  mayMatter(guards, state, call) ? { ...state, underWay: [...state.underWay, call] } : state;

const targetOf = ({ idsAct }: Guards, { containers }: State, call: Call): Container | undefined =>
  idsAct ? containers.find(({ id }) => id === call.id) : containers[0];

// An id is given only once, so a call about a container that is gone has no effect any more.
const mayMatter = (guards: Guards, state: State, call: Call): boolean =>
  !guards.idsAct || call.kind === 'create' || targetOf(guards, state, call) !== undefined;

function containersAfter(
  guards: Guards,
  containers: readonly Container[],
  call: Call,
  target: Container | undefined,
): readonly Container[] {
  const { kind, id, operation, attempt } = call;
  if (kind === 'create') {
    return guards.oneName && containers.length > 0 ? containers : [...containers, { id, operation, attempt, state: 'created' }];
  }
  if (target === undefined) return containers;
  if (kind === 'remove') return containers.filter((container) => container !== target);
  const state = kind === 'start' ? 'running' : target.state === 'running' ? 'exited' : target.state;
  return state === target.state ? containers : containers.map((container) => (container === target ? { ...container, state } : container));
}

function destroyed({ record, operations }: State, { kind, operation }: Call, target: Container | undefined): string | null {
  const isInUse = target?.state === 'running' && record.status === 'running' && record.id === target.id;
  const isDestruction = kind === 'stop' || kind === 'remove';
  return isInUse && isDestruction && operations[operation]?.kind !== 'stop' ? 'a running engine was ended that nobody asked to stop' : null;
}
