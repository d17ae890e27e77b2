import { setTimeout as sleep } from 'node:timers/promises';

/** How long to wait, and how often to look. */
export interface WaitOptions {
  /** Milliseconds until giving up; default 60 000, which a busy machine may take for anything. */
  readonly timeoutMs?: number;
  /** Why what is waited for can no longer come, once that is so: the end of the wait, whatever its deadline. */
  readonly hopeless?: () => string | undefined;
  /** Milliseconds between two looks; default 20. */
  readonly everyMs?: number;
}

/**
 * Waits until the probe gives something truthy and returns it. A probe that throws counts as "not yet"; what it threw last
 * is the `cause` of the error thrown at the deadline, or when there is no hope left, which names what was waited for.
 */
export async function waitFor<T>(what: string, probe: () => T | Promise<T>, options: WaitOptions = {}): Promise<NonNullable<T>> {
  const { timeoutMs = 60_000, everyMs = 20, hopeless } = options;
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    // Asked before the probe: what came at the last moment counts.
    const why = hopeless?.();
    try {
      const found = await probe();
      if (found) return found;
    } catch (error) {
      cause = error;
    }
    if (why !== undefined) throw new Error(`${what}: never to be seen, since ${why}`, { cause });
    if (performance.now() >= deadline) throw new Error(`${what}: not seen within ${timeoutMs} ms`, { cause });
    await sleep(everyMs);
  }
}
