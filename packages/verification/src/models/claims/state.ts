/** One job of the game. `step` and `previous` are what its attempts have recorded so far. */
export interface Operation {
  readonly kind: 'start' | 'stop';
  readonly status: 'to come' | 'queued' | 'running' | 'done';
  readonly attempt: number;
  readonly step: Step | null;
  readonly previous: GameRecord | null;
}

/** How far a start is. */
export type Step = 'intent' | 'replacing' | 'created';

/** The record of the game: its status, and the id of its container. */
export interface GameRecord {
  readonly status: 'none' | 'starting' | 'running' | 'unreachable' | 'stopped' | 'removed';
  readonly id: string | null;
}

/** A container of the game. `operation` and `attempt` are its labels. */
export interface Container {
  readonly id: string;
  readonly operation: number;
  readonly attempt: number;
  readonly state: 'created' | 'running' | 'exited';
}

/** A call that changes a container, by an attempt at an operation. */
export interface Call {
  readonly kind: 'create' | 'start' | 'stop' | 'remove';
  readonly id: string;
  readonly operation: number;
  readonly attempt: number;
}

/** How an operation ends: its result, and the record afterwards (null: it stays as it is). */
export interface Ending {
  readonly result: string;
  readonly record: GameRecord | null;
}

/** What one replica is doing: its attempt, the point that it has reached, and what it knows, which may be out of date. */
export interface Run {
  readonly operation: number;
  readonly attempt: number;
  readonly point: string;
  readonly record: GameRecord;
  readonly step: Step | null;
  readonly previous: GameRecord | null;
  /** How many of its creates were not answered. Each of them may still create a container, with another id. */
  readonly unanswered: number;
  /** The container that the point is about. */
  readonly id: string | null;
  readonly ending: Ending | null;
}

/** How often each injection may still happen. */
export interface Injections {
  /** Claims that expire while their holder goes on, because it is slow or cut off, or its machine was suspended. */
  readonly takeOvers: number;
  /** Processes that die. A call that they have sent may still be carried out. */
  readonly crashes: number;
  /** Lost replies, of calls that were carried out or will be later. */
  readonly lostReplies: number;
  /** Images that cannot be pulled, and engines that do not become ready. */
  readonly failures: number;
  /** Attempts that end their operation because it is exhausted. */
  readonly exhausted: number;
}

/** What the reconciler does about a game. */
export interface Repair {
  readonly call: { readonly kind: 'stop' | 'remove'; readonly id: string } | null;
  readonly record: GameRecord | null;
}

/** The point of the reconciler. `queued`: its operation is queued. `act`: it has decided on a repair and will make it. */
export type Reconciler =
  | { readonly point: 'idle' }
  | { readonly point: 'queued' }
  | { readonly point: 'act'; readonly repair: Repair; readonly seen: GameRecord };

/** The state of the model. */
export interface State {
  readonly operations: readonly Operation[];
  readonly record: GameRecord;
  readonly containers: readonly Container[];
  readonly runs: readonly (Run | null)[];
  /** Calls that no process waits for any more, and that may still be carried out. */
  readonly underWay: readonly Call[];
  /** The operations whose results were decided, in order. */
  readonly published: readonly number[];
  readonly reconciler: Reconciler;
  readonly injections: Injections;
  /** Whether a call was carried out after its attempt had been superseded or its operation had ended. */
  readonly late: boolean;
  /** Whether an operation was ended as exhausted, without an inspection. */
  readonly blind: boolean;
  /** What is wrong about the last move; null when nothing is. */
  readonly wrong: string | null;
}

/** The first job is queued, and nothing else has happened. */
export function initialState(jobs: readonly Operation['kind'][], injections: Injections): State {
  return {
    operations: jobs.map((kind, n) => ({ kind, status: n === 0 ? 'queued' : 'to come', attempt: 0, step: null, previous: null })),
    record: { status: 'none', id: null },
    containers: [],
    runs: [null, null],
    underWay: [],
    published: [],
    reconciler: { point: 'idle' },
    injections,
    late: false,
    blind: false,
    wrong: null,
  };
}

/**
 * The state as a short text. Replicas are interchangeable, and calls under way have no order. When an attempt only has to finish, it
 * no longer matters what it has learned before.
 */
export function stateKey(state: State): string {
  const { operations, record, containers, runs, underWay, published, reconciler, injections, late, blind, wrong } = state;
  return [
    operations.map(({ status, attempt, step, previous }) => `${status}${attempt}${step}${recordKey(previous)}`).join(),
    recordKey(record),
    containers.map(({ id, state: now }) => id + now).join(),
    runs.map(runKey).sort().join(),
    underWay
      .map(({ kind, id, operation, attempt }) => `${kind}${id}:${operation}.${attempt}`)
      .sort()
      .join(),
    published.join(),
    reconciler.point === 'act' ? JSON.stringify(reconciler) : reconciler.point,
    Object.values(injections).join(),
    `${late}${blind}${wrong}`,
  ].join(';');
}

const recordKey = (record: GameRecord | null): string => (record === null ? '' : `${record.status}${record.id}`);

function runKey(run: Run | null): string {
  if (run === null) return '';
  const { operation, attempt, point, record, step, previous, unanswered, id, ending } = run;
  const rest =
    point === 'finish' ? `${ending?.result}${recordKey(ending?.record ?? null)}` : `${step}${recordKey(previous)}${unanswered}${id}`;
  return `${operation}.${attempt}${point}${recordKey(record)}${rest}`;
}

/** The state in words. */
export function showState({ record, containers, operations, late, blind }: State): string {
  const boxes = containers.map(({ id, state }) => `${id} ${state}`).join(', ') || 'none';
  const jobs = operations.map(({ kind, status }) => `${kind} ${status}`).join(', ');
  const notes = `${late ? '; a call came late' : ''}${blind ? '; exhausted without an inspection' : ''}`;
  return `record ${record.status} (${record.id ?? 'no container'}); containers: ${boxes}; jobs: ${jobs}${notes}`;
}

/** The container with this id. */
export const containerOf = ({ containers }: Pick<State, 'containers'>, id: string | null): Container | undefined =>
  containers.find((container) => container.id === id);

/** The list with one item replaced. */
export const replaced = <T>(items: readonly T[], index: number, item: T): T[] => items.map((old, n) => (n === index ? item : old));

/** The state after one injection of this kind happened. */
export const spend = (state: State, injection: keyof Injections): State => ({
  ...state,
  injections: { ...state.injections, [injection]: state.injections[injection] - 1 },
});
