import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock, Ids, Random } from '@galaxy/manager-ports';

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    // A timer rejects only when it is aborted, and then the port promises to return.
    await wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
};

export const systemIds: Ids = { uuid: () => randomUUID() };

/** Good enough for pauses; never use it for secrets. */
export const systemRandom: Random = { fraction: () => Math.random() };
