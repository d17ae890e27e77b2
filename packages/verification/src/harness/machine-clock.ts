import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '@galaxy/manager-ports';

/** A {@link Clock} with the real time. */
export const machineClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    await wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
};
