import type { Clock } from '@galaxy/manager-ports';

/**
 * Waits for the work, but no longer than `ms`; tells whether it ended in time. Work that takes longer goes on unheard.
 * @throws what the work throws in time.
 */
export async function withTimeout(ms: number, work: Promise<unknown>, clock: Clock): Promise<boolean> {
  const ended = new AbortController();
  // The race hears of a late failure, too, so that it is no unhandled one.
  const over = clock.sleep(ms, ended.signal).then(() => false);
  try {
    return await Promise.race([work.then(() => true), over]);
  } finally {
    ended.abort();
  }
}
