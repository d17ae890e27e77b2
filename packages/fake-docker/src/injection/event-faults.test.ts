import { expect, it, vi } from 'vitest';
import type { FakeEvent } from '../events/event-log.js';
import { EventFaults } from './event-faults.js';

const event = (action: string): FakeEvent => ({ type: 'container', action, id: 'x', attributes: { name: 'x' }, timeNano: 1n });
const shaped = (faults: EventFaults, ...actions: readonly string[]) => {
  return actions.flatMap((action) => faults.shape(event(action))).map(({ action }) => action);
};
const never = () => expect.unreachable();

it('lets events be, unless it is told otherwise', () => {
  expect(shaped(new EventFaults(1, never), 'create', 'start')).toEqual(['create', 'start']);
});

it('loses, doubles and swaps', () => {
  const faults = new EventFaults(1, never);
  faults.set({ lose: 1 });
  expect(shaped(faults, 'create', 'start')).toEqual([]);
  faults.set({ duplicate: 1 });
  expect(shaped(faults, 'create', 'start')).toEqual(['create', 'create', 'start', 'start']);
  faults.set({ reorder: 1 });
  expect(shaped(faults, 'create')).toEqual([]);
  faults.set({});
  expect(shaped(faults, 'start', 'die')).toEqual(['start', 'create', 'die']);
});

it('tells what it held back in the end, unless the daemon has ended', () => {
  vi.useFakeTimers();
  const told: string[] = [];
  const faults = new EventFaults(1, ({ action }) => void told.push(action));
  faults.set({ reorder: 1 });
  shaped(faults, 'create');
  vi.runAllTimers();
  expect(told).toEqual(['create']);
  shaped(faults, 'start');
  faults.forget();
  vi.runAllTimers();
  expect(told).toEqual(['create']);
  vi.useRealTimers();
});

it('strikes about as many as it is told to', () => {
  const faults = new EventFaults(5, never);
  faults.set({ lose: 0.3 });
  const left = shaped(faults, ...Array<string>(1000).fill('start')).length;
  expect(left).toBeGreaterThan(640);
  expect(left).toBeLessThan(760);
});
