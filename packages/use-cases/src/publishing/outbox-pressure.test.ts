import { expect, it } from 'vitest';
import { faultOf, intercept } from '../test-support/intercept.test-support.js';
import { decide, eventsOf } from '../test-support/outbox.test-support.js';
import { makeWorld } from '../test-support/world.test-support.js';
import { makeOutboxPressure } from './outbox-pressure.js';

const waitingOf = (counts: readonly number[]) => {
  const left = [...counts];
  return { backlog: async () => ({ pending: left.shift() ?? 0, oldestMs: null }) };
};

it('pauses above the limit and resumes below half of it', async () => {
  const world = makeWorld();
  const pressure = makeOutboxPressure({ ...world, outbox: waitingOf([10, 11, 10, 5, 4, 10, 11]), limit: 10 });
  expect(pressure.isPaused()).toBe(false);
  const paused: boolean[] = [];
  for (let looks = 0; looks < 7; looks += 1) {
    await pressure.look();
    paused.push(pressure.isPaused());
  }
  expect(paused).toEqual([false, true, true, true, false, false, true]);
});

it('has a limit of ten thousand when none is given', async () => {
  const pressure = makeOutboxPressure({ ...makeWorld(), outbox: waitingOf([10_000, 10_001, 5000, 4999]) });
  const paused: boolean[] = [];
  for (let looks = 0; looks < 4; looks += 1) {
    await pressure.look();
    paused.push(pressure.isPaused());
  }
  expect(paused).toEqual([false, true, true, false]);
});

it('tells what waits, and stays as it was while the store does not answer', async () => {
  const world = makeWorld();
  let isAway = false;
  const outbox = intercept('outbox', world.outbox, async (call) => {
    if (isAway) throw faultOf('postgres');
    return call.go();
  });
  const pressure = makeOutboxPressure({ ...world, outbox, limit: 1 });
  for (const text of ['a1', 'a2']) decide(world, 'a', text);
  await world.clock.advance(70);
  await pressure.look();
  expect(eventsOf(world, 'outbox_backlog')).toEqual([{ kind: 'outbox_backlog', pending: 2, oldestMs: 70, intakePaused: true }]);
  isAway = true;
  await expect(pressure.look()).rejects.toMatchObject({ code: 'postgres_unavailable' });
  expect(pressure.isPaused()).toBe(true);
});
