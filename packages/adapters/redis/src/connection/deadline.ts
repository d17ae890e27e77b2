/** Thrown when something took longer than we wait for it. */
export class DeadlineError extends Error {
  constructor(ms: number) {
    super(`no reply within ${String(ms)} ms`);
    this.name = 'DeadlineError';
  }
}

/**
 * Settles as the promise does, but rejects with {@link DeadlineError} after `ms`. What the promise does later is ignored:
 * it is no unhandled rejection.
 */
export async function withDeadline<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(ms)), ms);
  });
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Settles as the promise does, or with null after `ms` or when the signal aborts, whichever comes first. What the promise
 * does later is ignored.
 */
export async function unlessOver<T>(promise: Promise<T>, ms: number, signal: AbortSignal): Promise<T | null> {
  let end = (): void => undefined;
  const over = new Promise<null>((resolve) => {
    end = () => resolve(null);
  });
  const timer = setTimeout(end, ms);
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}
