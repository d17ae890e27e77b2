import { DeadlineExceeded } from './postgres-faults.js';

/**
 * Waits for an answer, but no longer than `ms`. A statement that answers later is not heard any more, and its rejection
 * then is no unhandled one.
 * @throws DeadlineExceeded when the time is over; whatever the answer is rejected with.
 */
export async function withinDeadline<T>(answer: PromiseLike<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineExceeded(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([answer, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
