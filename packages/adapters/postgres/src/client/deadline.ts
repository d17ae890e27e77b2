import { DeadlineExceeded } from './postgres-faults.js';

/**
 * Waits for an answer, but no longer than `ms`, nor after the signal fires. A statement that answers later is not heard any
 * more, and its rejection then is no unhandled one.
 * @throws DeadlineExceeded when the time is over or the signal fires; whatever the answer is rejected with.
 */
export async function withinDeadline<T>(answer: PromiseLike<T>, ms: number, signal?: AbortSignal): Promise<T> {
  let stopWaiting = (): void => undefined;
  const deadline = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new DeadlineExceeded(`no answer within ${ms} ms`)), ms);
    const giveUp = () => reject(new DeadlineExceeded('given up'));
    signal?.addEventListener('abort', giveUp);
    if (signal?.aborted === true) giveUp();
    stopWaiting = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    };
  });
  try {
    return await Promise.race([answer, deadline]);
  } finally {
    stopWaiting();
  }
}
