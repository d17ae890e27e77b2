import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock, Ids, Random } from '@galaxy/manager-ports';

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    // The only error of a plain timer is its abort, and to be cut short is what the port promises.
    await wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
};

/** Random UUIDs. */
export const systemIds: Ids = { uuid: () => randomUUID() };

/** Random enough for pauses; nothing secret may come of it. */
export const systemRandom: Random = { fraction: () => Math.random() };
