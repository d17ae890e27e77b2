import type { RuntimeRecord } from '../records/runtime-record.js';

export type StopDecision = 'stop' | 'replay_no_op' | 'not_found';

/** Decides a stop by the record alone. The caller holds the game's only running operation. */
export function decideStop(record: RuntimeRecord | null): StopDecision {
  if (record === null) return 'not_found';
  return record.status === 'stopped' || record.status === 'removed' ? 'replay_no_op' : 'stop';
}
