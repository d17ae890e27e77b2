import type { Operation, OperationSource } from './operation.js';

/** The kinds of places that a worker has. Operations of one kind never take the places of another. */
export const OPERATION_CLASSES = ['start', 'turn', 'other'] as const;

/** One of {@link OPERATION_CLASSES}. */
export type OperationClass = (typeof OPERATION_CLASSES)[number];

/** What the manager must know of an operation before it runs it. */
export interface OperationTraits {
  readonly class: OperationClass;
  /** A later operation of the game that is one of these ends this one early. `if_forced`: only one that asks for it. */
  readonly yieldsTo: { readonly operations: readonly Operation[]; readonly when: 'always' | 'if_forced' };
  /** What it does with the game's container. */
  readonly container: 'makes_one' | 'needs_one' | 'may_need_one' | 'needs_none';
  /** The steps it records, in the order in which they are reached. An attempt that reached a later one has made progress. */
  readonly steps: readonly string[];
  /** Who may ask for it. */
  readonly sources: readonly OperationSource[];
}

const NEVER: OperationTraits['yieldsTo'] = { operations: [], when: 'always' };
const TO_AN_END: OperationTraits['yieldsTo'] = { operations: ['stop', 'cleanup'], when: 'always' };
const TO_A_FORCED_END: OperationTraits['yieldsTo'] = { operations: ['stop', 'cleanup'], when: 'if_forced' };

/** The traits of every operation. Nothing outside this table depends on the name of an operation, except its own handler. */
export const OPERATION_TRAITS = {
  start: {
    class: 'start',
    yieldsTo: TO_AN_END,
    container: 'makes_one',
    steps: ['intent', 'replacing', 'created'],
    sources: ['lobby', 'admin'],
  },
  stop: { class: 'other', yieldsTo: NEVER, container: 'needs_one', steps: [], sources: ['lobby', 'admin', 'reconciler'] },
  restart: {
    class: 'start',
    yieldsTo: TO_AN_END,
    container: 'needs_one',
    steps: ['draining', 'stopped', 'created'],
    sources: ['admin', 'reconciler'],
  },
  patch: {
    class: 'start',
    yieldsTo: TO_AN_END,
    container: 'needs_one',
    steps: ['pulled', 'draining', 'snapshotted', 'stopped', 'created', 'rolling_back'],
    sources: ['admin'],
  },
  cleanup: { class: 'other', yieldsTo: NEVER, container: 'may_need_one', steps: [], sources: ['admin', 'scheduler'] },
  pause: { class: 'other', yieldsTo: NEVER, container: 'needs_none', steps: [], sources: ['admin'] },
  resume: { class: 'other', yieldsTo: NEVER, container: 'needs_none', steps: [], sources: ['admin'] },
  turn: { class: 'turn', yieldsTo: TO_A_FORCED_END, container: 'needs_one', steps: ['asked'], sources: ['scheduler', 'admin'] },
  force_next_turn: { class: 'turn', yieldsTo: TO_A_FORCED_END, container: 'needs_one', steps: ['asked'], sources: ['scheduler', 'admin'] },
  reconcile: { class: 'other', yieldsTo: NEVER, container: 'may_need_one', steps: [], sources: ['reconciler'] },
} as const satisfies Readonly<Record<Operation, OperationTraits>>;

/** The traits of one operation. */
export function operationTraits(operation: Operation): OperationTraits {
  return OPERATION_TRAITS[operation];
}

/** Whether an operation ends early because of a later one of its game. `isForced`: the later one asks for it. */
export function yieldsTo(operation: Operation, later: Operation, isForced: boolean): boolean {
  const { operations, when } = operationTraits(operation).yieldsTo;
  return operations.includes(later) && (when === 'always' || isForced);
}

/**
 * A step of a start. `intent`: the record is `starting`. `replacing`: the previous container is about to be removed. `created`: the
 * new container exists, under the recorded id.
 */
export type StartStep = (typeof OPERATION_TRAITS.start.steps)[number];
