import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '@galaxy/manager-ports';

/** The clock of the machine. */
export const machineClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    await wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
};
