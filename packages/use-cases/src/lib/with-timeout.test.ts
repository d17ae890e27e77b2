import { ManualClock } from '@galaxy/adapter-memory';
import { expect, it } from 'vitest';
import { withTimeout } from './with-timeout.js';

it('waits for work that ends in time', async () => {
  const clock = new ManualClock();
  const waiting = withTimeout(1000, clock.sleep(999), clock);
  await clock.advance(999);
  expect(await waiting).toBe(true);
  expect(clock.sleeping).toBe(0);
});

it('waits no longer than it is told', async () => {
  const clock = new ManualClock();
  const waiting = withTimeout(1000, new Promise(() => undefined), clock);
  await clock.advance(1000);
  expect(await waiting).toBe(false);
});

it('throws what the work throws, and nothing that it throws too late', async () => {
  const clock = new ManualClock();
  await expect(withTimeout(1000, Promise.reject(new Error('no')), clock)).rejects.toThrow('no');
  const waiting = withTimeout(
    1000,
    clock.sleep(2000).then(() => Promise.reject(new Error('too late'))),
    clock,
  );
  await clock.advance(3000);
  expect(await waiting).toBe(false);
  expect(clock.sleeping).toBe(0);
});
