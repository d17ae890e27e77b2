import { describe, expect, it } from 'vitest';
import { outboxLane } from './outbox.js';

describe('outboxLane', () => {
  it('is the game of a result', () => {
    const result = { gameId: 'g1', outcome: 'success', containerId: '', engineEndpoint: '', errorCode: '', errorMessage: '' } as const;
    expect(outboxLane({ kind: 'job_result', message: { number: 1n, result } })).toEqual({ kind: 'job_result', lane: 'g1' });
  });

  it('is the source of a dead letter', () => {
    const letter = {
      sourceStream: 'runtime:stop_jobs',
      sourceEntryId: '1-0',
      errorCode: 'invalid_job',
      errorMessage: 'no reason',
      raw: '[]',
      attempts: 0,
      failedAtMs: 0n,
    };
    expect(outboxLane({ kind: 'dead_letter', message: { lane: 'stop_jobs', number: 1n, letter } })).toEqual({
      kind: 'dead_letter',
      lane: 'stop_jobs',
    });
  });
});
