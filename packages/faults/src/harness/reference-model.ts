import type { Meaning } from './lobby-run.js';
import type { Written } from './streams.js';

/** What a game may be like between two jobs. `id` is the container's. */
export type GameState =
  | { readonly kind: 'none' | 'removed' }
  | { readonly kind: 'running'; readonly id: string; readonly image: string }
  | { readonly kind: 'stopped'; readonly id: string };

/** Whether a game's results can be explained, and what it may be like after the last one. */
export interface Explanation {
  readonly problem: string | null;
  readonly states: readonly GameState[];
}

const REMOVED: GameState = { kind: 'removed' };

/**
 * Goes through a game's jobs in order, one result each, and keeps every state the contract allows the game to be in. It
 * knows nothing of how the service works: a result that no state explains is a violation.
 */
export function explain(meanings: readonly Meaning[], results: readonly Written[]): Explanation {
  let states: readonly GameState[] = [{ kind: 'none' }];
  for (const [n, meaning] of meanings.entries()) {
    const result = results[n];
    if (result === undefined) return { problem: `job ${n} has no result`, states };
    const stopFollows = meanings.slice(n + 1).some(({ kind }) => kind === 'stop');
    const after = states.flatMap((state) => nextStates(state, meaning, result, stopFollows));
    if (after.length === 0) return { problem: `job ${n} ${told(meaning)} of ${told(states)} can't be ${told(result)}`, states };
    states = distinct(after);
  }
  const problem = results.length > meanings.length ? `${results.length} results of ${meanings.length} jobs` : null;
  return { problem, states };
}

function nextStates(state: GameState, meaning: Meaning, result: Written, stopFollows: boolean): readonly GameState[] {
  switch (meaning.kind) {
    case 'poison':
      return failedWith(result, 'invalid_job') ? [state] : [];
    case 'stop':
      return afterStop(state, result);
    case 'start':
      return afterStart(state, meaning, result, stopFollows);
  }
}

function afterStop(state: GameState, result: Written): readonly GameState[] {
  switch (state.kind) {
    case 'none':
      return failedWith(result, 'not_found') ? [state] : [];
    case 'removed':
      return succeededWith(result, 'replay_no_op', '') ? [state] : [];
    case 'stopped':
      return succeededWith(result, 'replay_no_op', state.id) ? [state] : [];
    case 'running':
      return succeededWith(result, '', state.id) ? [{ kind: 'stopped', id: state.id }] : [];
  }
}

type Start = Extract<Meaning, { kind: 'start' }>;

function afterStart(state: GameState, start: Start, result: Written, stopFollows: boolean): readonly GameState[] {
  if (state.kind === 'running') return startOfRunning(state, start, result) ? [state] : [];
  const asBefore = state.kind === 'none' ? REMOVED : state;
  // The former container may have been removed by then, or not.
  if (stopFollows && start.fate !== 'malformed' && failedWith(result, 'start_superseded')) return [asBefore, REMOVED];
  if (start.fate === 'runs') return startedFresh(state, start, result);
  const [code, after] = FAILURES[start.fate];
  return failedWith(result, code) ? [{ untouched: state, asBefore, removed: REMOVED }[after]] : [];
}

const FAILURES = {
  malformed: ['start_config_invalid', 'untouched'],
  missing: ['image_pull_failed', 'asBefore'],
  fails: ['container_start_failed', 'removed'],
} as const;

function startOfRunning(state: Extract<GameState, { kind: 'running' }>, { image }: Start, result: Written): boolean {
  return state.image === image ? succeededWith(result, 'replay_no_op', state.id) : failedWith(result, 'conflict');
}

function startedFresh(state: GameState, { image }: Start, result: Written): readonly GameState[] {
  const id = result['container_id'] ?? '';
  const isFormer = 'id' in state && state.id === id;
  return /^[0-9a-f]{64}$/.test(id) && !isFormer && succeededWith(result, '', id) ? [{ kind: 'running', id, image }] : [];
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
