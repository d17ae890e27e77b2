import { describe, expect, it } from 'vitest';
import { OPERATION_SOURCES, OPERATION_STATUSES, OPERATIONS } from './operation.js';

describe('the vocabulary of the operation log', () => {
  it('is the one that is stored and must stay', () => {
    const operations = 'start stop pause resume restart patch force_next_turn reconcile turn cleanup';
    expect(OPERATIONS.join(' ')).toBe(operations);
    expect(OPERATION_SOURCES.join(' ')).toBe('lobby admin scheduler reconciler');
    expect(OPERATION_STATUSES.join(' ')).toBe('queued running succeeded failed');
  });
});
