import { describe, expect, it } from 'vitest';
import { OPERATION_SOURCES, OPERATIONS, type Operation } from './operation.js';
import { OPERATION_CLASSES, operationTraits, yieldsTo } from './operation-traits.js';

const yielding = (isForced: boolean): string[] =>
  OPERATIONS.flatMap((op) => OPERATIONS.filter((later) => yieldsTo(op, later, isForced)).map((later) => `${op} to ${later}`)).sort();
const ENDS = ['start to stop', 'start to cleanup', 'restart to stop', 'restart to cleanup', 'patch to stop', 'patch to cleanup'];
const FORCED_ENDS = ['turn to stop', 'turn to cleanup', 'force_next_turn to stop', 'force_next_turn to cleanup'];

describe('which operation yields to which later one', () => {
  it('what brings up a container yields to what ends it', () => {
    expect(yielding(false)).toEqual([...ENDS].sort());
  });

  it('a turn yields only when it is told to', () => {
    expect(yielding(true)).toEqual([...ENDS, ...FORCED_ENDS].sort());
  });
});

describe('classes', () => {
  it('turns, starts and the rest have places of their own', () => {
    const inClass = (name: string): Operation[] => OPERATIONS.filter((op) => operationTraits(op).class === name);
    expect(Object.fromEntries(OPERATION_CLASSES.map((name) => [name, inClass(name)]))).toEqual({
      start: ['start', 'restart', 'patch'],
      turn: ['force_next_turn', 'turn'],
      other: ['stop', 'pause', 'resume', 'reconcile', 'cleanup'],
    });
  });
});

it('the steps of a start are those that are stored', () => {
  expect(operationTraits('start').steps.join(' ')).toBe('intent replacing created');
});

it('every operation has a known source, and no step twice', () => {
  for (const op of OPERATIONS) {
    const { sources, steps } = operationTraits(op);
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.every((source) => OPERATION_SOURCES.includes(source))).toBe(true);
    expect(new Set(steps).size).toBe(steps.length);
  }
});
