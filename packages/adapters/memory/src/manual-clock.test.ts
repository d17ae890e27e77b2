import { clockContract } from '@galaxy/manager-port-contracts';
import { describe, expect, it } from 'vitest';
import { ManualClock } from './manual-clock.js';

clockContract('memory', () => {
  const clock = new ManualClock();
  return { clock, pass: (ms) => clock.advance(ms) };
});

describe('ManualClock', () => {
  it('stands still until it is moved, and moves both times alike', async () => {
    const clock = new ManualClock(new Date('2026-05-01T00:00:00Z'));
    expect(clock.now()).toEqual(new Date('2026-05-01T00:00:00Z'));
    expect(clock.monotonicMs()).toBe(0);
    await clock.advance(1500);
    expect(clock.now()).toEqual(new Date('2026-05-01T00:00:01.500Z'));
    expect(clock.monotonicMs()).toBe(1500);
  });

  it('wakes each sleeper at its moment, in order, and not before', async () => {
    const clock = new ManualClock();
    const woken: [string, number][] = [];
    const sleeper = async (name: string, ms: number) => {
      await clock.sleep(ms);
      woken.push([name, clock.monotonicMs()]);
    };
    const sleepers = [sleeper('late', 300), sleeper('early', 100), sleeper('never', 1000)];
    await clock.advance(300);
    expect(woken).toEqual([
      ['early', 100],
      ['late', 300],
    ]);
    expect(clock.sleeping).toBe(1);
    await clock.advance(700);
    await Promise.all(sleepers);
  });

  it('wakes a loop as often as it sleeps within the span', async () => {
    const clock = new ManualClock();
    let rounds = 0;
    const loop = async () => {
      for (;;) {
        await clock.sleep(10);
        rounds++;
        if (rounds === 7) return;
      }
    };
    const looping = loop();
    await clock.advance(55);
    expect(rounds).toBe(5);
    await clock.advance(20);
    await looping;
    expect(rounds).toBe(7);
  });

  it('returns at once when the signal is or becomes aborted, and for no time at all', async () => {
    const clock = new ManualClock();
    await clock.sleep(1000, AbortSignal.abort());
    await clock.sleep(0);
    const abort = new AbortController();
    const sleeping = clock.sleep(1000, abort.signal);
    abort.abort();
    await sleeping;
    expect(clock.sleeping).toBe(0);
    expect(clock.monotonicMs()).toBe(0);
  });
});
