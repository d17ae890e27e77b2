import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canTransition,
  InvalidTransitionError,
  isRuntimeStatus,
  RUNTIME_STATUS_MEANINGS,
  RUNTIME_STATUSES,
  type RuntimeStatus,
  transition,
} from './runtime-status.js';

// Written by hand, apart from the code's table: rows are where a record is, columns where it goes; x marks an allowed move.
const MATRIX = `
                        starting running generation_in_progress generation_failed engine_unreachable finished stopped removed
starting                .        x       .                      .                 x                  .        x       x
running                 .        .       x                      .                 x                  x        x       x
generation_in_progress  .        x       .                      x                 x                  x        x       x
generation_failed       .        x       x                      .                 x                  x        x       x
engine_unreachable      .        x       .                      x                 .                  x        x       x
finished                .        .       .                      .                 .                  .        x       x
stopped                 x        .       .                      .                 .                  .        .       x
removed                 x        .       .                      .                 .                  .        .       .
`;

const [columns = [], ...rows] = MATRIX.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));
const pairs = rows.flatMap(([from = '', ...cells]) => cells.map((cell, at) => ({ from, to: columns[at] ?? '', allowed: cell === 'x' })));

function caught(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return null;
}

describe('the status machine', () => {
  it('has the eight statuses in the order of a game’s life, each with a meaning', () => {
    expect(columns).toEqual(RUNTIME_STATUSES);
    expect(rows.map(([from]) => from)).toEqual(RUNTIME_STATUSES);
    expect(Object.keys(RUNTIME_STATUS_MEANINGS)).toEqual(RUNTIME_STATUSES);
    expect(pairs).toHaveLength(64);
  });

  it.each(pairs)('$from → $to: $allowed', ({ from, to, allowed }) => {
    expect(canTransition(from as RuntimeStatus, to as RuntimeStatus)).toBe(allowed);
    const error = caught(() => transition(from as RuntimeStatus, to as RuntimeStatus));
    if (allowed) {
      expect(error).toBeNull();
    } else {
      expect(error).toBeInstanceOf(InvalidTransitionError);
      expect(error).toMatchObject({ name: 'InvalidTransitionError', code: 'invalid_transition', retryable: false, from, to });
      expect(String(error)).toContain(`${from} to ${to}`);
    }
  });

  it('lets every status reach removed', () => {
    const reaches = (from: RuntimeStatus, seen: readonly RuntimeStatus[]): boolean =>
      from === 'removed' || RUNTIME_STATUSES.some((to) => canTransition(from, to) && !seen.includes(to) && reaches(to, [...seen, to]));
    for (const status of RUNTIME_STATUSES) expect(reaches(status, [status])).toBe(true);
  });
});

describe('isRuntimeStatus', () => {
  it('knows the statuses and nothing else, whatever is given', () => {
    for (const status of RUNTIME_STATUSES) expect(isRuntimeStatus(status)).toBe(true);
    for (const other of ['', 'Running', 'running ', 'stopping', '__proto__', 'constructor', null, undefined, 0, {}, ['running']]) {
      expect(isRuntimeStatus(other)).toBe(false);
    }
    fc.assert(fc.property(fc.anything(), (value) => isRuntimeStatus(value) === (RUNTIME_STATUSES as readonly unknown[]).includes(value)));
  });
});
