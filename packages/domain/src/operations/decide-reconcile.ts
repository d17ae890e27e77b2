import type { RuntimeRecord } from '../records/runtime-record.js';
import type { RuntimeStatus } from '../records/runtime-status.js';

/** How a game's container was seen. `ended`: it exists but does not run, or not any more. */
export type ObservedState = 'absent' | 'ended' | 'running' | 'paused';

/** What to do when a record and a container do not agree; `leave` when they agree. */
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
 * One of {@link RECONCILE_VERDICTS}. `adopt`: write a record for a container without one. `probe`: ask the engine, and decide by
 * its answer. `stop_again`, `remove`: act on the container; with `remove`, a record that is `starting` becomes `removed`. `mark_…`:
 * change only the record.
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
 * Decides what to do about a game without an open operation. `state` is that of the container that the record names or, when it
 * names none, of the one with the game's container name.
 */
export function decideReconcile(record: Pick<RuntimeRecord, 'status'> | null, state: ObservedState): ReconcileVerdict {
  return MATRIX[record?.status ?? 'none'][state];
}

const DESTRUCTIVE: readonly ReconcileVerdict[] = ['stop_again', 'remove', 'mark_removed'];

/** Whether a verdict ends or removes a container, or clears it from the record: for such acts one observation is not enough. */
export function isDestructive(verdict: ReconcileVerdict): boolean {
  return DESTRUCTIVE.includes(verdict);
}

/** If one pass over `games` finds more destructive acts than this, an operator must confirm them: probably the manager sees a wrong picture. */
export function massChangeLimit(games: number): number {
  return Math.max(5, Math.floor(games / 5));
}
