import { describe, expect, it } from 'vitest';
import { jobOperation } from './runtime-job.js';

describe('jobOperation', () => {
  it('is the job’s kind, or the stream an invalid one came by', () => {
    expect(jobOperation({ kind: 'start', gameId: 'g1', imageRef: 'galaxy/engine:1', requestedAtMs: 0n })).toBe('start');
    expect(jobOperation({ kind: 'stop', gameId: 'g1', reason: 'cancelled', requestedAtMs: 0n })).toBe('stop');
    expect(jobOperation({ kind: 'invalid', of: 'start', gameId: ' ?', message: 'no image' })).toBe('start');
    expect(jobOperation({ kind: 'invalid', of: 'stop', gameId: ' ?', message: 'no reason' })).toBe('stop');
  });
});
