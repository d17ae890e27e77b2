import { expect, it } from 'vitest';
import { connectionFault, refusalFault } from '../client/docker-faults.js';
import { Reopening } from './reopening.js';

const cut = connectionFault('follow', new Error('cut'));

function reopeningAt(giveUpMs = 10_000) {
  const clock = { now: 0 };
  return { clock, reopening: new Reopening(giveUpMs, () => clock.now) };
}

it('gives up at once what was never open, or will not pass', () => {
  expect(() => reopeningAt().reopening.delayAfter(cut)).toThrow(cut);
  const denied = refusalFault('follow', { kind: 'denied', message: 'no' });
  const { reopening } = reopeningAt();
  reopening.opened();
  expect(() => reopening.delayAfter(denied)).toThrow(denied);
});

it('waits longer from one try to the next, up to a limit, and gives up after a while', () => {
  const { clock, reopening } = reopeningAt();
  reopening.opened();
  clock.now = 60_000;
  for (const longest of [100, 200, 400, 800, 1_600, 2_000, 2_000]) {
    const delay = reopening.delayAfter(cut);
    expect(delay).toBeGreaterThanOrEqual(longest / 2);
    expect(delay).toBeLessThanOrEqual(longest);
  }
  clock.now += 9_999;
  reopening.delayAfter(cut);
  clock.now += 1;
  expect(() => reopening.delayAfter(cut)).toThrow(cut);
});

it('begins anew after a stream that lasted, not after one that ended soon', () => {
  const { clock, reopening } = reopeningAt();
  for (let round = 0; round < 10; round += 1) {
    reopening.opened();
    clock.now += 2_000;
    expect(reopening.delayAfter(cut)).toBeLessThanOrEqual(100);
  }
  const flapping = () => {
    for (let round = 0; round < 12; round += 1) {
      reopening.opened();
      clock.now += 1_000;
      reopening.delayAfter(cut);
    }
  };
  expect(flapping).toThrow(cut);
});
