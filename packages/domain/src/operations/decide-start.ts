import type { RuntimeRecord } from '../records/runtime-record.js';
import type { RuntimeStatus } from '../records/runtime-status.js';

export type StartDecision = 'start' | 'replay_no_op' | 'conflict';

const UP: readonly RuntimeStatus[] = ['running', 'generation_in_progress', 'generation_failed'];
const STARTABLE: readonly RuntimeStatus[] = ['starting', 'stopped', 'removed'];

/**
 * Decides a start by the record alone. The caller holds the game's only running operation. So a record that is `starting` was left
 * by an earlier attempt of the same operation, or by an exhausted one: the start goes on.
 */
export function decideStart(record: RuntimeRecord | null, imageRef: string): StartDecision {
  if (record === null || STARTABLE.includes(record.status)) return 'start';
  return UP.includes(record.status) && record.currentImageRef === imageRef ? 'replay_no_op' : 'conflict';
}
