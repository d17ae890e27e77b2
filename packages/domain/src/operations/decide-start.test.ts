import { describe, expect, it } from 'vitest';
import { newRuntimeRecord } from '../records/runtime-record.js';
import { RUNTIME_STATUSES, type RuntimeStatus } from '../records/runtime-status.js';
import { decideStart } from './decide-start.js';

const IMAGE = 'galaxy/engine:1.0';

const CELLS: readonly (readonly [record: RuntimeStatus | 'none', sameImage: string, otherImage: string])[] = [
  ['none', 'start', 'start'],
  ['starting', 'start', 'start'],
  ['running', 'replay_no_op', 'conflict'],
  ['generation_in_progress', 'replay_no_op', 'conflict'],
  ['generation_failed', 'replay_no_op', 'conflict'],
  ['engine_unreachable', 'conflict', 'conflict'],
  ['finished', 'conflict', 'conflict'],
  ['stopped', 'start', 'start'],
  ['removed', 'start', 'start'],
];

function recordIn(status: RuntimeStatus | 'none') {
  if (status === 'none') return null;
  return { ...newRuntimeRecord({ gameId: 'g1', imageRef: IMAGE, status: 'starting', now: new Date(0) }), status };
}

describe('decideStart', () => {
  it.each(CELLS)('record %s: same image %s, other image %s', (status, sameImage, otherImage) => {
    expect(decideStart(recordIn(status), IMAGE)).toBe(sameImage);
    expect(decideStart(recordIn(status), 'galaxy/engine:1.1')).toBe(otherImage);
  });

  it('has a cell for every status', () => {
    expect(CELLS.map(([status]) => status)).toEqual(['none', ...RUNTIME_STATUSES]);
  });

  it('compares images as the producer wrote them', () => {
    expect(decideStart(recordIn('running'), `docker.io/${IMAGE}`)).toBe('conflict');
  });
});
