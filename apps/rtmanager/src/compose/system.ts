import { setTimeout as wait } from 'node:timers/promises';
import type { Clock, Ids, Random } from '@galaxy/manager-ports';
import { v7 } from 'uuid';

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    // A timer rejects only when it is aborted, and then the port promises to return.
    await wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
};

/** UUIDv7. A later one is higher, also when the clock was set back meanwhile. */
export const systemIds: Ids = { uuid: () => v7() };

/** Good enough for pauses; never use it for secrets. */
export const systemRandom: Random = { fraction: () => Math.random() };
