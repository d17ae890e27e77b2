import type { Clock } from '@galaxy/manager-ports';

/**
 * Waits for the work, but no longer than `ms`. Returns whether it ended in time. Work that takes longer goes on, but its result
 * and its errors are ignored.
 * @throws what the work throws in time.
 */
export async function withTimeout(ms: number, work: Promise<unknown>, clock: Clock): Promise<boolean> {
  const ended = new AbortController();
  // Promise.race also handles a late rejection, so it is not reported as unhandled.
  const over = clock.sleep(ms, ended.signal).then(() => false);
  try {
    return await Promise.race([work.then(() => true), over]);
  } finally {
    ended.abort();
  }
}
