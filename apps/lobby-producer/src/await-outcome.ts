import type { JobStreamName } from '@galaxy/domain';
import { parseEntryId } from '@galaxy/domain';
import type { PublishedJob } from '@galaxy/ports';
import { InvalidInputError } from '@galaxy/ports';
import type { JobOutcome as NamedOutcome } from '@galaxy/wire';
import { placeBefore } from './outcome-place.js';
import { OutcomeTimeoutError } from './outcome-timeout.js';
import type { OutcomeWaiter, OutcomeWatch } from './outcome-watch.js';

/** For how long to wait. */
export interface AwaitOutcomeOptions {
  /** At most so many milliseconds: a whole number from 1 to 2147483647 (24 days). */
  readonly timeoutMs: number;
  /** Ends the waiting earlier: it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Waits for the outcome of a job; as `LobbyRuntimeManager.awaitOutcome` says. */
export async function awaitOutcome(
  watch: OutcomeWatch,
  keys: Readonly<Record<JobStreamName, string>>,
  job: PublishedJob,
  { timeoutMs, signal }: AwaitOutcomeOptions,
): Promise<NamedOutcome> {
  const id = parseEntryId(job.entryId);
  if (id === null) throw new InvalidInputError(`await outcome: ${JSON.stringify(job.entryId)} is no entry id`);
  const jobStream = Object.entries(keys).find(([stream]) => stream === job.stream)?.[1];
  if (jobStream === undefined) throw new InvalidInputError(`await outcome: ${JSON.stringify(job.stream)} is no stream of jobs`);
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > MAX_TIMEOUT_MS)
    throw new InvalidInputError(`await outcome: timeoutMs must be a whole number from 1 to ${String(MAX_TIMEOUT_MS)}`);
  signal?.throwIfAborted();

  let leave = (): void => undefined;
  const outcome = new Promise<NamedOutcome>((resolve, reject) => {
    const waiter: OutcomeWaiter = { jobStream, jobEntryId: job.entryId, resolve, reject };
    const timer = setTimeout(() => reject(new OutcomeTimeoutError(job, timeoutMs)), timeoutMs);
    const abort = (): void => waiter.reject(signal?.reason);
    signal?.addEventListener('abort', abort);
    leave = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      watch.leave(waiter);
    };
    watch.enter(waiter, placeBefore(id, Date.now()));
  });
  return outcome.finally(() => leave());
}
