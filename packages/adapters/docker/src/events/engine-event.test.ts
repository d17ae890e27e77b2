import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventLine } from '../fake-daemon.test-support.js';
import { readEvent } from './engine-event.js';

it('reads whose container it was, and when', () => {
  const line = eventLine('mine', 'g-1', { action: 'die', id: 'c', atMs: 1_790_000_000_123 });
  expect(readEvent('mine', line)).toEqual({ key: 'c die 1790000000123000000', atMs: 1_790_000_000_123, gameId: 'g-1' });
  expect(readEvent('other', line)).toMatchObject({ gameId: null });
  const unlabelled = { Action: 'die', Actor: { ID: 'c', Attributes: null }, timeNano: 1 };
  expect(readEvent('mine', JSON.stringify(unlabelled))).toMatchObject({ gameId: null });
});

it('keeps the millisecond of a time whose nanoseconds a number cannot hold', () => {
  for (const atMs of [1_795_282_166_346, 1_795_282_166_354])
    expect(readEvent('mine', eventLine('mine', 'g-1', { atMs }))).toMatchObject({ atMs });
});

it('does not understand anything else, and never throws', () => {
  const known = JSON.parse(eventLine('mine', 'g-1')) as object;
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
      expect(readEvent('mine', line)).toBeNull();
    }),
  );
  for (const wrong of [{ Action: 1 }, { Actor: null }, { Actor: { ID: 7 } }, { timeNano: '1' }, { timeNano: null }])
    expect(readEvent('mine', JSON.stringify({ ...known, ...wrong }))).toBeNull();
});
