import { expect, it } from 'vitest';
import { connectionFault, refusalFault } from '../client/docker-faults.js';
import { Reconnecting } from './reconnecting.js';

const cut = connectionFault('follow', new Error('cut'));

function reconnectingAt(giveUpMs = 10_000) {
  const clock = { now: 0 };
  return { clock, reconnecting: new Reconnecting(giveUpMs, () => clock.now) };
}

it('gives up at once what was never open, or will not pass', () => {
  expect(() => reconnectingAt().reconnecting.delayAfter(cut)).toThrow(cut);
  const denied = refusalFault('follow', { kind: 'denied', message: 'no' });
  const { reconnecting } = reconnectingAt();
  reconnecting.opened();
  expect(() => reconnecting.delayAfter(denied)).toThrow(denied);
});

it('waits longer from one try to the next, up to a limit, and gives up after a while', () => {
  const { clock, reconnecting } = reconnectingAt();
  reconnecting.opened();
  clock.now = 60_000;
  for (const longest of [100, 200, 400, 800, 1_600, 2_000, 2_000]) {
    const delay = reconnecting.delayAfter(cut);
    expect(delay).toBeGreaterThanOrEqual(longest / 2);
    expect(delay).toBeLessThanOrEqual(longest);
  }
  clock.now += 9_999;
  reconnecting.delayAfter(cut);
  clock.now += 1;
  expect(() => reconnecting.delayAfter(cut)).toThrow(cut);
});

it('begins anew after a stream that lasted, not after one that ended soon', () => {
  const { clock, reconnecting } = reconnectingAt();
  for (let round = 0; round < 10; round += 1) {
    reconnecting.opened();
    clock.now += 2_000;
    expect(reconnecting.delayAfter(cut)).toBeLessThanOrEqual(100);
  }
  const flapping = () => {
    for (let round = 0; round < 12; round += 1) {
      reconnecting.opened();
      clock.now += 1_000;
      reconnecting.delayAfter(cut);
    }
  };
  expect(flapping).toThrow(cut);
});
