import { setTimeout as sleep } from 'node:timers/promises';

/** How long to wait, and how often to look. */
export interface WaitOptions {
  /** Milliseconds until giving up; default 10 000. */
  readonly timeoutMs?: number;
  /** Milliseconds between two looks; default 20. */
  readonly everyMs?: number;
}

/**
 * Waits until the probe gives something truthy and returns it. A probe that throws counts as "not yet"; what it threw last
 * is the `cause` of the error thrown at the deadline, which names what was waited for.
 */
export async function waitFor<T>(what: string, probe: () => T | Promise<T>, options: WaitOptions = {}): Promise<NonNullable<T>> {
  const { timeoutMs = 10_000, everyMs = 20 } = options;
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const found = await probe();
      if (found) return found;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= deadline) throw new Error(`${what}: not seen within ${timeoutMs} ms`, { cause });
    await sleep(everyMs);
  }
}
