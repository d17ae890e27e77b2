import type { Move } from '../explore.js';
import { carryOut } from './container-engine.js';
import type { Guards } from './guards.js';
import type { Container, GameRecord, Reconciler, Repair, State } from './state.js';

/** The next moves of the reconciler. */
export function reconciles(guards: Guards, state: State): Move<State>[] {
  if (!guards.reconcile) return [];
  const { reconciler } = state;
  switch (reconciler.point) {
    case 'idle':
      return guards.reconcileInLane ? queues(state) : decides(state, 'sees a difference');
    case 'queued':
      return decides(state, 'looks again');
    case 'act':
      return [acts(guards, state, reconciler.repair, reconciler.seen)];
  }
}

/** What to do about a game that has no operation under way; null when record and container agree. */
export function repairOf({ record, containers }: State): Repair | null {
  const orphan = containers.find(({ id }) => id !== record.id);
  if (orphan !== undefined) return remove(orphan, record.status === 'starting' ? REMOVED : null);
  const [container] = containers;
  return container === undefined ? withoutContainer(record) : withContainer(record, container);
}

const REMOVED: GameRecord = { status: 'removed', id: null };

const remove = ({ id }: Container, record: GameRecord | null): Repair => ({ call: { kind: 'remove', id }, record });

function withoutContainer({ status }: GameRecord): Repair | null {
  return status === 'none' || status === 'removed' ? null : { call: null, record: REMOVED };
}

function withContainer({ status, id }: GameRecord, container: Container): Repair | null {
  const isUp = container.state === 'running';
  switch (status) {
    case 'none':
    case 'removed':
      return remove(container, null);
    case 'starting':
      return isUp ? { call: null, record: { status: 'running', id } } : remove(container, REMOVED);
    case 'running':
      return isUp ? null : { call: null, record: { status: 'unreachable', id } };
    case 'unreachable':
      return isUp ? { call: null, record: { status: 'running', id } } : null;
    case 'stopped':
      return isUp ? { call: { kind: 'stop', id: container.id }, record: null } : null;
  }
}

// It queues its operation only when the game has none open. Until that ends, no later operation is claimed.
function queues(state: State): Move<State>[] {
  const isOpen = state.operations.some(({ status }) => status === 'queued' || status === 'running');
  return isOpen || repairOf(state) === null ? [] : [step(state, 'sees a difference and queues an operation', { point: 'queued' })];
}

function decides(state: State, how: string): Move<State>[] {
  const repair = repairOf(state);
  if (repair !== null) return [step(state, how, { point: 'act', repair, seen: state.record })];
  return state.reconciler.point === 'idle' ? [] : [step(state, `${how}: all is well`, { point: 'idle' })];
}

function acts(guards: Guards, state: State, { call, record }: Repair, seen: GameRecord): Move<State> {
  const after = call === null ? state : carryOut(guards, state, { ...call, operation: -1, attempt: 0 }, false);
  const isAsSeen = state.record.status === seen.status && state.record.id === seen.id;
  const moved = record !== null && isAsSeen ? { ...after, record } : after;
  return step(moved, `repairs: ${call === null ? '' : `${call.kind} ${call.id} `}${record === null ? '' : `→ ${record.status}`}`, {
    point: 'idle',
  });
}

const step = (state: State, what: string, reconciler: Reconciler): Move<State> => ({
  label: `reconciler ${what}`,
  by: 'system',
  to: { ...state, reconciler },
});
