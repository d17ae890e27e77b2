import { DeadlineExceeded } from './postgres-faults.js';

/**
 * Waits for an answer, but no longer than `ms`, and not after the signal fires. A later answer or rejection is ignored; the rejection
 * is not reported as unhandled.
 * @throws DeadlineExceeded when the time is over or the signal fires; otherwise the rejection of the answer.
 */
export async function withinDeadline<T>(answer: PromiseLike<T>, ms: number, signal?: AbortSignal): Promise<T> {
  let stopWaiting = (): void => undefined;
  const deadline = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new DeadlineExceeded(`no answer within ${ms} ms`)), ms);
    const abort = () => reject(new DeadlineExceeded('aborted by the caller'));
    signal?.addEventListener('abort', abort);
    if (signal?.aborted === true) abort();
    stopWaiting = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
  });
  try {
    return await Promise.race([answer, deadline]);
  } finally {
    stopWaiting();
  }
}
