import type { RuntimeRecord } from '../records/runtime-record.js';
import type { RuntimeStatus } from '../records/runtime-status.js';

/** What to do about a start job. */
export type StartDecision = 'start' | 'replay_no_op' | 'conflict';

const UP: readonly RuntimeStatus[] = ['running', 'generation_in_progress', 'generation_failed'];
const STARTABLE: readonly RuntimeStatus[] = ['starting', 'stopped', 'removed'];

/**
 * Decides a start from the record alone. The caller holds the game's only running operation, so a record that is
 * `starting` was left by an earlier attempt of this very operation (or by one that was given up): the start goes on.
 */
export function decideStart(record: RuntimeRecord | null, imageRef: string): StartDecision {
  if (record === null || STARTABLE.includes(record.status)) return 'start';
  return UP.includes(record.status) && record.currentImageRef === imageRef ? 'replay_no_op' : 'conflict';
}
