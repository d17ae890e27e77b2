import { ManualClock } from '@galaxy/adapter-memory';
import { expect, it } from 'vitest';
import { makeFailingStreak } from './failing-streak.js';

it('counts from the first failure after what last worked', async () => {
  const clock = new ManualClock();
  const streak = makeFailingStreak(clock);
  const fail = () => expect(streak.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await clock.advance(5000);
  expect(streak.failingMs).toBe(0);
  await fail();
  await clock.advance(1000);
  await fail();
  await clock.advance(1000);
  expect(streak.failingMs).toBe(2000);
  expect(await streak.run(async () => 'an answer')).toBe('an answer');
  await clock.advance(1000);
  expect(streak.failingMs).toBe(0);
  await fail();
  await clock.advance(500);
  expect(streak.failingMs).toBe(500);
  streak.forget();
  expect(streak.failingMs).toBe(0);
});
