import { setTimeout as sleep } from 'node:timers/promises';
import { HeldRowFault } from '@galaxy/manager-ports';

/** Our own statements hold rows for some milliseconds: a renewal, for example, holds those of all claims. */
const PAUSES_MS: readonly number[] = [5, 20, 50];

/** Makes a call again soon if a row is held, in case that it is held by one of our own statements. @throws what the last call throws. */
export async function pastShortLocks<T>(call: () => Promise<T>): Promise<T> {
  for (const ms of PAUSES_MS) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof HeldRowFault)) throw error;
    }
    await sleep(ms);
  }
  return call();
}
