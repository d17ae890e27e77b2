import { setTimeout as sleep } from 'node:timers/promises';

/** How long to wait, and how often to call the probe. */
export interface WaitOptions {
  /** Milliseconds until the time-out; default 60 000, because a busy machine may need that long for anything. */
  readonly timeoutMs?: number;
  /** Returns why the probe cannot succeed any more; undefined while it can. A reason ends the wait before the time-out. */
  readonly hopeless?: () => string | undefined;
  /** Milliseconds between two calls of the probe; default 20. */
  readonly everyMs?: number;
}

/**
 * Waits until the probe returns something truthy, and returns it. A probe that throws means "not yet".
 * @throws Error at the time-out, or when `hopeless` returns a reason. It names what was waited for; its `cause` is the last error
 * of the probe.
 */
export async function waitFor<T>(what: string, probe: () => T | Promise<T>, options: WaitOptions = {}): Promise<NonNullable<T>> {
  const { timeoutMs = 60_000, everyMs = 20, hopeless } = options;
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    // Called before the probe: something that came at the last moment still counts.
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
