import { describe, expect, it } from 'vitest';
import { newRuntimeRecord } from '../records/runtime-record.js';
import { RUNTIME_STATUSES, type RuntimeStatus } from '../records/runtime-status.js';
import { decideStop } from './decide-stop.js';

const CELLS: readonly (readonly [record: RuntimeStatus | 'none', decision: string])[] = [
  ['none', 'not_found'],
  ['starting', 'stop'],
  ['running', 'stop'],
  ['generation_in_progress', 'stop'],
  ['generation_failed', 'stop'],
  ['engine_unreachable', 'stop'],
  ['finished', 'stop'],
  ['stopped', 'replay_no_op'],
  ['removed', 'replay_no_op'],
];

function recordIn(status: RuntimeStatus | 'none') {
  if (status === 'none') return null;
  return { ...newRuntimeRecord({ gameId: 'g1', imageRef: 'galaxy/engine:1.0', status: 'starting', now: new Date(0) }), status };
}

describe('decideStop', () => {
  it.each(CELLS)('record %s: %s', (status, decision) => {
    expect(decideStop(recordIn(status))).toBe(decision);
  });

  it('has a cell for every status', () => {
    expect(CELLS.map(([status]) => status)).toEqual(['none', ...RUNTIME_STATUSES]);
  });
});
