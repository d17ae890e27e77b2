import type { RuntimeRecord } from './runtime-record.js';
import type { RuntimeStatus } from './runtime-status.js';

/** How a game's container was seen: `ended` was created but does not run (any more). */
export type ObservedState = 'absent' | 'ended' | 'running' | 'paused';

/** What to do about a record and a container that do not agree. `leave` when they do. */
export const RECONCILE_VERDICTS = [
  'leave',
  'adopt',
  'probe',
  'stop_again',
  'remove',
  'mark_removed',
  'mark_stopped',
  'mark_unreachable',
  'mark_generation_failed',
] as const;

/**
 * One of {@link RECONCILE_VERDICTS}. `adopt`: a record for a container that has none. `probe`: ask the engine, its answer
 * decides. `stop_again`, `remove`: act on the container; a record that is `starting` ends `removed` with it. `mark_…`:
 * only the record moves.
 */
export type ReconcileVerdict = (typeof RECONCILE_VERDICTS)[number];

const MATRIX = {
  none: { absent: 'leave', ended: 'remove', running: 'adopt', paused: 'adopt' },
  starting: { absent: 'mark_removed', ended: 'remove', running: 'probe', paused: 'leave' },
  running: { absent: 'mark_removed', ended: 'mark_unreachable', running: 'leave', paused: 'leave' },
  generation_in_progress: { absent: 'mark_removed', ended: 'mark_unreachable', running: 'mark_generation_failed', paused: 'leave' },
  generation_failed: { absent: 'mark_removed', ended: 'mark_unreachable', running: 'leave', paused: 'leave' },
  engine_unreachable: { absent: 'mark_removed', ended: 'leave', running: 'probe', paused: 'leave' },
  finished: { absent: 'mark_removed', ended: 'mark_stopped', running: 'leave', paused: 'leave' },
  stopped: { absent: 'mark_removed', ended: 'leave', running: 'stop_again', paused: 'stop_again' },
  removed: { absent: 'leave', ended: 'remove', running: 'remove', paused: 'remove' },
} as const satisfies Record<RuntimeStatus | 'none', Record<ObservedState, ReconcileVerdict>>;

/**
 * Decides what to do about a game that has no open operation. Total. The container is the one the record names, or, when
 * it names none, the one that bears the game's name.
 */
export function decideReconcile(record: Pick<RuntimeRecord, 'status'> | null, state: ObservedState): ReconcileVerdict {
  return MATRIX[record?.status ?? 'none'][state];
}

const DESTRUCTIVE: readonly ReconcileVerdict[] = ['stop_again', 'remove', 'mark_removed'];

/** Whether a verdict ends something, so that one look is not enough for it. */
export function isDestructive(verdict: ReconcileVerdict): boolean {
  return DESTRUCTIVE.includes(verdict);
}

/** More destructive acts than this in one pass over `games` are not carried out unasked: what is wrong then is the view. */
export function massChangeLimit(games: number): number {
  return Math.max(5, Math.floor(games / 5));
}
