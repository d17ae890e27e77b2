import type { Meaning } from './lobby-run.js';
import type { Written } from './streams.js';

/**
 * What a game may be like between two jobs. `id` is the container's; `down`: it ended by itself, and the service knows;
 * `ended`: by a stop that failed all the same, and the service does not know yet.
 */
export type GameState =
  | { readonly kind: 'none' | 'removed' }
  | { readonly kind: 'running'; readonly id: string; readonly image: string; readonly ended?: true }
  | { readonly kind: 'down' | 'stopped'; readonly id: string };

/** What was done to a game from outside, so that its results may tell of it. */
export interface ExternalChanges {
  /** Running containers that were ended. */
  readonly died: ReadonlySet<string>;
  /** Containers that were removed. */
  readonly gone: ReadonlySet<string>;
  /** Containers of stopped games that a call removed which was carried out late. */
  readonly goneLate: ReadonlySet<string>;
  /** Whether a start that was under way may have failed by it. */
  readonly failing: boolean;
  /** Codes of failures that faults of servers or processes explain; none when not given. */
  readonly excuses?: readonly string[];
}

/** What was done by the time of a game's nth result, and for `failing`: while it was worked for. `Infinity`: by the end. */
export type ChangesUntil = (n: number) => ExternalChanges;

const NOTHING: ReadonlySet<string> = new Set();
/** Nobody did anything. */
const unchanged: ChangesUntil = () => ({ died: NOTHING, gone: NOTHING, goneLate: NOTHING, failing: false });

/** Whether a game's results can be explained, and what it may be like after the last one. */
export interface Explanation {
  readonly problem: string | null;
  readonly states: readonly GameState[];
}

const REMOVED: GameState = { kind: 'removed' };

/**
 * Goes through a game's jobs in order, one result each, and keeps every state the contract allows the game to be in. It
 * knows nothing of how the service works: a result that no state explains is a violation. What was done from outside the
 * service may have noticed or not, up to the end: by then it must have.
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

/** What the service may make of what was done, once it has noticed. */
function noticed(state: GameState, { died, gone, goneLate }: ExternalChanges): readonly GameState[] {
  if (!('id' in state)) return [];
  const isDead = state.kind === 'running' && (state.ended === true || died.has(state.id));
  const down: readonly GameState[] = isDead ? [{ kind: 'down', id: state.id }] : [];
  return gone.has(state.id) || (state.kind === 'stopped' && goneLate.has(state.id)) ? [...down, REMOVED] : down;
}

function atTheEnd(state: GameState, changes: ExternalChanges): readonly GameState[] {
  const instead = noticed(state, changes);
  return instead.includes(REMOVED) ? [REMOVED] : instead.length > 0 ? instead : [state];
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

// A stop that failed may have ended the container all the same; a start that failed may have removed the previous one.
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
  // The previous container may have been removed by then, or not.
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
