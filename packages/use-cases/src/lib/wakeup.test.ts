import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { makeWorld } from '../test-support/world.test-support.js';
import { makeWakeup } from './wakeup.js';

/** Waits, and tells whether the wait is over. */
function waitOn(wakeup: ReturnType<typeof makeWakeup>, maxWaitMs: number, signal = new AbortController().signal) {
  let isOver = false;
  void wakeup.wait(maxWaitMs, signal).then(() => (isOver = true));
  return () => isOver;
}

it('a wait ends when woken', async () => {
  const { clock } = makeWorld();
  const wakeup = makeWakeup(clock);
  const isOver = waitOn(wakeup, 1000);
  await clock.advance(999);
  expect(isOver()).toBe(false);
  wakeup.wake();
  await clock.advance(0);
  expect(isOver()).toBe(true);
});

it('a wait ends after its time, and leaves nothing hanging on its signal', async () => {
  const { clock } = makeWorld();
  const { signal } = new AbortController();
  const isOver = waitOn(makeWakeup(clock), 1000, signal);
  await clock.advance(1000);
  expect(isOver()).toBe(true);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('a wake before the wait is not forgotten, and counts once', async () => {
  const { clock } = makeWorld();
  const wakeup = makeWakeup(clock);
  wakeup.wake();
  wakeup.wake();
  const first = waitOn(wakeup, 1000);
  await clock.advance(0);
  expect(first()).toBe(true);
  const second = waitOn(wakeup, 1000);
  await clock.advance(0);
  expect(second()).toBe(false);
});

it('a wait ends with its signal, also with one that has aborted already', async () => {
  const { clock } = makeWorld();
  const wakeup = makeWakeup(clock);
  const stopping = new AbortController();
  const isOver = waitOn(wakeup, 1000, stopping.signal);
  stopping.abort();
  await clock.advance(0);
  expect(isOver()).toBe(true);
  const again = waitOn(wakeup, 1000, stopping.signal);
  await clock.advance(0);
  expect(again()).toBe(true);
  expect(clock.sleeping).toBe(0);
  const fresh = waitOn(wakeup, 1000);
  await clock.advance(0);
  expect(fresh()).toBe(false);
});
