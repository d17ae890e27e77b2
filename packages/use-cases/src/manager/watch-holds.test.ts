import { ManualClock, MemoryDatabase, MemoryHolds } from '@galaxy/adapter-memory';
import type { RuntimeEvent } from '@galaxy/manager-ports';
import { expect, it } from 'vitest';
import { watchHolds } from './watch-holds.js';

it('tells when a hold comes into force and when it is lifted, once each', async () => {
  const clock = new ManualClock();
  const holds = new MemoryHolds(new MemoryDatabase(clock));
  const events: RuntimeEvent[] = [];
  const watch = watchHolds({ holds, clock, observer: { observe: (event) => void events.push(event) } });
  const look = async () => {
    const looked = watch.turn(new AbortController().signal);
    await clock.advance(2000);
    await looked;
  };
  await look();
  expect(watch.inForce).toEqual([]);
  await holds.set('mass_change', 'forty games');
  await look();
  await look();
  expect(watch.inForce).toMatchObject([{ reason: 'mass_change', message: 'forty games' }]);
  await holds.clear('mass_change');
  await look();
  expect(events.map((event) => (event.kind === 'hold_changed' ? [event.reason, event.held] : null))).toEqual([
    ['mass_change', true],
    ['mass_change', false],
  ]);
});
