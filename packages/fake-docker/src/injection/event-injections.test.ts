import { expect, it, vi } from 'vitest';
import type { FakeEvent } from '../events/event-log.js';
import { EventInjections } from './event-injections.js';

const event = (action: string): FakeEvent => ({ type: 'container', action, id: 'x', attributes: { name: 'x' }, timeNano: 1n });
const shaped = (injections: EventInjections, ...actions: readonly string[]) => {
  return actions.flatMap((action) => injections.shape(event(action))).map(({ action }) => action);
};
const never = () => expect.unreachable();

it('changes no events by default', () => {
  expect(shaped(new EventInjections(1, never), 'create', 'start')).toEqual(['create', 'start']);
});

it('loses, doubles and swaps', () => {
  const injections = new EventInjections(1, never);
  injections.set({ lose: 1 });
  expect(shaped(injections, 'create', 'start')).toEqual([]);
  injections.set({ duplicate: 1 });
  expect(shaped(injections, 'create', 'start')).toEqual(['create', 'create', 'start', 'start']);
  injections.set({ reorder: 1 });
  expect(shaped(injections, 'create')).toEqual([]);
  injections.set({});
  expect(shaped(injections, 'start', 'die')).toEqual(['start', 'create', 'die']);
});

it('sends a delayed event after a while, unless the daemon has ended', () => {
  vi.useFakeTimers();
  const told: string[] = [];
  const injections = new EventInjections(1, ({ action }) => void told.push(action));
  injections.set({ reorder: 1 });
  shaped(injections, 'create');
  vi.runAllTimers();
  expect(told).toEqual(['create']);
  shaped(injections, 'start');
  injections.forget();
  vi.runAllTimers();
  expect(told).toEqual(['create']);
  vi.useRealTimers();
});

it('changes about the share of events that it is told to', () => {
  const injections = new EventInjections(5, never);
  injections.set({ lose: 0.3 });
  const left = shaped(injections, ...Array<string>(1000).fill('start')).length;
  expect(left).toBeGreaterThan(640);
  expect(left).toBeLessThan(760);
});
