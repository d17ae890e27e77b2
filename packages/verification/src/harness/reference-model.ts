import type { Meaning } from './lobby-run.js';
import type { Written } from './streams.js';

/**
 * The state of a game between two jobs. `id` is the container's. `down`: the container ended by itself, and the service knows.
 * `ended`: a stop ended the container although it failed, and the service does not know yet.
 */
export type GameState =
  | { readonly kind: 'none' | 'removed' }
  | { readonly kind: 'running'; readonly id: string; readonly image: string; readonly ended?: true }
  | { readonly kind: 'down' | 'stopped'; readonly id: string };

/** What was done to a game from outside. Its results may show that. */
export interface ExternalChanges {
  /** Running containers that were ended. */
  readonly died: ReadonlySet<string>;
  /** Containers that were removed. */
  readonly gone: ReadonlySet<string>;
  /** Containers of stopped games that were removed by a call of the service that was carried out late. */
  readonly goneLate: ReadonlySet<string>;
  /** Whether the record of a removed game may have been deleted, because it was old; default false. */
  readonly forgotten?: boolean;
  /** Whether a start that was under way may have failed because of the changes. */
  readonly failing: boolean;
  /** Error codes that injections into servers or processes explain; default none. */
  readonly excuses?: readonly string[];
}

/** The changes before the nth result of a game; `Infinity`: all. `failing` is about the time between the nth job and its result. */
export type ChangesUntil = (n: number) => ExternalChanges;

const NOTHING: ReadonlySet<string> = new Set();
const unchanged: ChangesUntil = () => ({ died: NOTHING, gone: NOTHING, goneLate: NOTHING, failing: false });

/** Why the results of a game cannot be explained (null: they can), and the states that it may have after the last one. */
export interface Explanation {
  readonly problem: string | null;
  readonly states: readonly GameState[];
}

const REMOVED: GameState = { kind: 'removed' };
const NONE: GameState = { kind: 'none' };

/**
 * Goes through the jobs of a game in order, with one result each, and keeps every state that the contract allows. It does not know
 * how the service works. If no state explains a result, that is a violation. At each result the service may or may not have
 * noticed an external change; at the end it must have noticed all.
 */
export function explain(meanings: readonly Meaning[], results: readonly Written[], changesUntil: ChangesUntil = unchanged): Explanation {
  let states: readonly GameState[] = [{ kind: 'none' }];
  for (const [n, meaning] of meanings.entries()) {
    const result = results[n];
    if (result === undefined) return { problem: `job ${n} has no result`, states };
    const changes = changesUntil(n);
    const stopFollows = meanings.slice(n + 1).some(({ kind }) => kind === 'stop');
    const before = states.flatMap((state) => [state, ...noticed(state, changes)]);
    const after = before.flatMap((state) => [
      ...nextStates(state, meaning, { result, stopFollows, changes }),
      ...afterExcuse(state, meaning, { result, stopFollows, changes }),
    ]);
    if (after.length === 0) return { problem: `job ${n} ${told(meaning)} of ${told(before)} can't be ${told(result)}`, states };
    states = distinct(after);
  }
  const problem = results.length > meanings.length ? `${results.length} results of ${meanings.length} jobs` : null;
  return { problem, states: distinct(states.flatMap((state) => atTheEnd(state, changesUntil(Number.POSITIVE_INFINITY)))) };
}

/** The states after the service has noticed the changes. The record of a removed game may be forgotten then. */
function noticed(state: GameState, changes: ExternalChanges): readonly GameState[] {
  const forgotten = changes.forgotten === true ? [NONE] : [];
  if (!('id' in state)) return state.kind === 'removed' ? forgotten : [];
  const isDead = state.kind === 'running' && (state.ended === true || changes.died.has(state.id));
  const down: readonly GameState[] = isDead ? [{ kind: 'down', id: state.id }] : [];
  return isGone(state, changes) ? [...down, REMOVED, ...forgotten] : down;
}

function isGone({ kind, id }: GameState & { readonly id: string }, { gone, goneLate }: ExternalChanges): boolean {
  return gone.has(id) || (kind === 'stopped' && goneLate.has(id));
}

function atTheEnd(state: GameState, changes: ExternalChanges): readonly GameState[] {
  const instead = noticed(state, changes);
  // A game may be removed again after it was forgotten.
  if (!('id' in state)) return [state, ...instead];
  return instead.includes(REMOVED) ? instead.filter((one) => !('id' in one)) : instead.length > 0 ? instead : [state];
}

interface Answered {
  readonly result: Written;
  readonly stopFollows: boolean;
  readonly changes: ExternalChanges;
}

function nextStates(state: GameState, meaning: Meaning, answered: Answered): readonly GameState[] {
  switch (meaning.kind) {
    case 'poison':
      return failedWith(answered.result, 'invalid_job') ? [state] : [];
    case 'stop':
      return afterStop(state, answered);
    case 'start':
      return afterStart(state, meaning, answered);
  }
}

// A failed stop may still have ended the container. A failed start may have removed the previous one.
function afterExcuse(state: GameState, { kind }: Meaning, { result, changes }: Answered): readonly GameState[] {
  if (changes.excuses?.some((code) => failedWith(result, code)) !== true) return [];
  if (state.kind === 'running' && kind === 'stop') return [state, { ...state, ended: true }];
  return kind === 'start' && state.kind !== 'running' && state.kind !== 'down' ? [state, REMOVED] : [state];
}

function afterStop(state: GameState, { result, changes }: Answered): readonly GameState[] {
  switch (state.kind) {
    case 'none':
      return failedWith(result, 'not_found') ? [state] : [];
    case 'removed':
      return succeededWith(result, 'replay_no_op', '') ? [state] : [];
    case 'stopped':
      return succeededWith(result, 'replay_no_op', state.id) ? [state] : [];
    case 'running':
    case 'down':
      if (changes.gone.has(state.id) && succeededWith(result, '', '')) return [REMOVED];
      return succeededWith(result, '', state.id) ? [{ kind: 'stopped', id: state.id }] : [];
  }
}

type Start = Extract<Meaning, { kind: 'start' }>;

function afterStart(state: GameState, start: Start, answered: Answered): readonly GameState[] {
  const { result } = answered;
  if (state.kind === 'running') return startOfRunning(state, start, result) ? [state] : [];
  if (state.kind === 'down') return failedWith(result, 'conflict') ? [state] : [];
  const asBefore = state.kind === 'none' ? REMOVED : state;
  // The start may have removed the previous container or not.
  if (start.fate !== 'malformed' && isCutShort(answered)) return [asBefore, REMOVED];
  if (start.fate === 'runs') return startedFresh(state, start, result);
  const [code, after] = FAILURES[start.fate];
  return failedWith(result, code) ? [{ untouched: state, asBefore, removed: REMOVED }[after]] : [];
}

function isCutShort({ result, stopFollows, changes }: Answered): boolean {
  return (stopFollows && failedWith(result, 'start_superseded')) || (changes.failing && failedWith(result, 'container_start_failed'));
}

const FAILURES = {
  malformed: ['start_config_invalid', 'untouched'],
  missing: ['image_pull_failed', 'asBefore'],
  fails: ['container_start_failed', 'removed'],
  silent: ['engine_not_ready', 'removed'],
} as const;

function startOfRunning(state: Extract<GameState, { kind: 'running' }>, { image }: Start, result: Written): boolean {
  return state.image === image ? succeededWith(result, 'replay_no_op', state.id) : failedWith(result, 'conflict');
}

function startedFresh(state: GameState, { image }: Start, result: Written): readonly GameState[] {
  const id = result['container_id'] ?? '';
  const isPrevious = 'id' in state && state.id === id;
  return /^[0-9a-f]{64}$/.test(id) && !isPrevious && succeededWith(result, '', id) ? [{ kind: 'running', id, image }] : [];
}

function succeededWith(result: Written, code: '' | 'replay_no_op', id: string): boolean {
  const endpoint = id === '' ? '' : `http://galaxy-game-${result['game_id'] ?? ''}:8080`;
  return is(result, { outcome: 'success', error_code: code, container_id: id, engine_endpoint: endpoint, error_message: '' });
}

function failedWith(result: Written, code: string): boolean {
  const isTold = result['error_message'] !== '';
  return isTold && is(result, { outcome: 'failure', error_code: code, container_id: '', engine_endpoint: '' });
}

const is = (result: Written, expected: Written): boolean => Object.entries(expected).every(([name, value]) => result[name] === value);
const told = (what: unknown): string => JSON.stringify(what);
const distinct = (states: readonly GameState[]): readonly GameState[] => [...new Map(states.map((state) => [told(state), state])).values()];
