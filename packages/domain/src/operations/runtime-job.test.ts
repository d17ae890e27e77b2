import { describe, expect, it } from 'vitest';
import { jobOperation, jobReason, jobRequestedAtMs } from './runtime-job.js';

describe('jobOperation', () => {
  it('is the job’s kind, or the stream an invalid one came by', () => {
    expect(jobOperation({ kind: 'start', gameId: 'g1', imageRef: 'galaxy/engine:1', requestedAtMs: 0n })).toBe('start');
    expect(jobOperation({ kind: 'stop', gameId: 'g1', reason: 'cancelled', requestedAtMs: 0n })).toBe('stop');
    expect(jobOperation({ kind: 'invalid', of: 'start', gameId: ' ?', message: 'no image' })).toBe('start');
    expect(jobOperation({ kind: 'invalid', of: 'stop', gameId: ' ?', message: 'no reason' })).toBe('stop');
  });
});

describe('what a job says of its request', () => {
  const start = { kind: 'start', gameId: 'g1', imageRef: 'galaxy/engine:1', requestedAtMs: 5n } as const;
  const stop = { kind: 'stop', gameId: 'g1', reason: 'timeout', requestedAtMs: -1n } as const;
  const invalid = { kind: 'invalid', of: 'stop', gameId: ' ?', message: 'no reason' } as const;
  const act = { kind: 'reconcile', gameId: 'g1', verdict: 'remove', orphans: [], reason: 'no record' } as const;

  it('a reason, if it has one', () => {
    expect([start, stop, invalid, act].map(jobReason)).toEqual(['', 'timeout', '', 'no record']);
  });

  it('a time, unless its producer did not say', () => {
    expect([start, stop, invalid, act, { ...start, requestedAtMs: 0n }].map(jobRequestedAtMs)).toEqual([5n, -1n, null, null, null]);
  });
});
