import { ManualClock } from '@galaxy/adapter-memory';
import type { Clock, RuntimeEvent } from '@galaxy/manager-ports';
import { expect, it } from 'vitest';
import { guardAgainstStalls } from './stall-guard.js';

/** A guarded process that can be frozen: its timers fire when it is thawed, as late as that is. */
function makeGuarded() {
  const time = new ManualClock();
  let thawed: Promise<void> = Promise.resolve();
  const clock: Clock = {
    now: () => time.now(),
    monotonicMs: () => time.monotonicMs(),
    sleep: async (ms, signal) => {
      await time.sleep(ms, signal);
      await thawed;
    },
  };
  const events: RuntimeEvent[] = [];
  const letGoAtMs: number[] = [];
  const stopping = new AbortController();
  const observer = { observe: (event: RuntimeEvent) => void events.push(event) };
  const guarding = guardAgainstStalls({ clock, observer, limitMs: 3000, letGo: () => letGoAtMs.push(time.monotonicMs()) }, stopping.signal);
  const freeze = async (ms: number): Promise<void> => {
    let thaw = (): void => undefined;
    thawed = new Promise((resolve) => (thaw = resolve));
    await time.advance(ms);
    thaw();
    await time.advance(0);
  };
  return { time, events, letGoAtMs, stopping, guarding, freeze };
}

it('lets go of everything at once when the process was not run for longer than the limit, and says for how long', async () => {
  const { time, freeze, letGoAtMs, events } = makeGuarded();
  await time.advance(10_000);
  await freeze(7000);
  expect(letGoAtMs).toEqual([17_000]);
  expect(events).toEqual([{ kind: 'stalled', ms: 7000 }]);
});

it('lets go once per freeze, and goes on watching', async () => {
  const { time, freeze, letGoAtMs } = makeGuarded();
  await freeze(5000);
  await time.advance(60_000);
  await freeze(5000);
  await time.advance(60_000);
  expect(letGoAtMs).toEqual([5000, 70_000]);
});

it('does not mind less than that', async () => {
  const { time, freeze, letGoAtMs } = makeGuarded();
  await freeze(3000);
  await time.advance(1000);
  await freeze(2900);
  expect(letGoAtMs).toEqual([]);
});

it('ends with its signal', async () => {
  const { time, stopping, guarding } = makeGuarded();
  await time.advance(1000);
  stopping.abort();
  await guarding;
  expect(time.sleeping).toBe(0);
});
