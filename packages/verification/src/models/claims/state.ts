/** One job of the game. `step` and `previous` are what its attempts have recorded so far. */
export interface Operation {
  readonly kind: 'start' | 'stop';
  readonly status: 'to come' | 'queued' | 'running' | 'done';
  readonly attempt: number;
  readonly step: Step | null;
  readonly previous: GameRecord | null;
}

/** How far a start has got. */
export type Step = 'intent' | 'replacing' | 'created';

/** The game's row: status, and the container it speaks of. */
export interface GameRecord {
  readonly status: 'none' | 'starting' | 'running' | 'unreachable' | 'stopped' | 'removed';
  readonly id: string | null;
}

/** A container that bears the game's name. `operation` and `attempt` are its labels. */
export interface Container {
  readonly id: string;
  readonly operation: number;
  readonly attempt: number;
  readonly state: 'created' | 'running' | 'exited';
}

/** A change asked of the container engine, by an attempt at an operation. */
export interface Call {
  readonly kind: 'create' | 'start' | 'stop' | 'remove';
  readonly id: string;
  readonly operation: number;
  readonly attempt: number;
}

/** How an operation ends: what is published, and the record after it (null: it stays as it is). */
export interface Ending {
  readonly result: string;
  readonly record: GameRecord | null;
}

/** What one replica is doing: an attempt, the point it has reached, and what it knows, which may be out of date. */
export interface Run {
  readonly operation: number;
  readonly attempt: number;
  readonly point: string;
  readonly record: GameRecord;
  readonly step: Step | null;
  readonly previous: GameRecord | null;
  /** How many of its creates were not answered: each may still make a container, with an id of its own. */
  readonly unanswered: number;
  /** The container that the point is about. */
  readonly id: string | null;
  readonly ending: Ending | null;
}

/** How often what may still go wrong. */
export interface Injections {
  /** Claims that expire while their holder goes on: it is slow, cut off, or its machine was suspended. */
  readonly takeOvers: number;
  /** Processes that die, the call they have sent still under way. */
  readonly crashes: number;
  /** Replies that are lost, of calls that were carried out or will be later. */
  readonly lostReplies: number;
  /** Images that can't be pulled and engines that don't become ready. */
  readonly failures: number;
  /** Attempts that end their operation because its chances are used up. */
  readonly exhausted: number;
}

/** What a reconciling pass wants to do about one game. */
export interface Repair {
  readonly call: { readonly kind: 'stop' | 'remove'; readonly id: string } | null;
  readonly record: GameRecord | null;
}

/** Where the reconciler is: it has queued an operation of its own, or is about to carry out a repair it decided on. */
export type Reconciler =
  | { readonly point: 'idle' }
  | { readonly point: 'queued' }
  | { readonly point: 'act'; readonly repair: Repair; readonly seen: GameRecord };

/** Everything there is. */
export interface State {
  readonly operations: readonly Operation[];
  readonly record: GameRecord;
  readonly containers: readonly Container[];
  readonly runs: readonly (Run | null)[];
  /** Calls nobody waits for any more and that may still be carried out. */
  readonly underWay: readonly Call[];
  /** The operations whose results were decided, in order. */
  readonly published: readonly number[];
  readonly reconciler: Reconciler;
  readonly injections: Injections;
  /** Whether a call was carried out after its attempt had been superseded or its operation had ended. */
  readonly late: boolean;
  /** Whether an operation ended without a look at the container engine. */
  readonly blind: boolean;
  /** What a move did that no move may do. */
  readonly wrong: string | null;
}

/** The state in which the first job is queued and nothing has happened. */
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
 * The state as a short text. Replicas are alike, and calls under way have no order; what an attempt has learned on its
 * way no longer matters once it only has to finish.
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
  const notes = `${late ? '; a call came late' : ''}${blind ? '; given up without a look' : ''}`;
  return `record ${record.status} (${record.id ?? 'no container'}); containers: ${boxes}; jobs: ${jobs}${notes}`;
}

/** The container of a list with this id. */
export const containerOf = ({ containers }: Pick<State, 'containers'>, id: string | null): Container | undefined =>
  containers.find((container) => container.id === id);

/** One item of a list replaced. */
export const replaced = <T>(items: readonly T[], index: number, item: T): T[] => items.map((old, n) => (n === index ? item : old));

/** One injection fewer to come. */
export const spend = (state: State, injection: keyof Injections): State => ({
  ...state,
  injections: { ...state.injections, [injection]: state.injections[injection] - 1 },
});
