import { DependencyFault } from '@galaxy/ports';
import { tellingClosed } from './agents.js';
import type { DockerRefusal } from './docker-faults.js';
import { connectionFault, deadlineFault, refusalOf } from './docker-faults.js';

/** The daemon's answer: the result, or a refusal. */
export type DockerReply<T> = { readonly kind: 'ok'; readonly value: T } | DockerRefusal;

/** One call to the daemon. */
export interface DockerCall<T> {
  /** The name of the call in faults. */
  readonly operation: string;
  /** After this many milliseconds the call ends with a fault. */
  readonly deadlineMs: number;
  /** Ends the call early, with a fault. */
  readonly signal?: AbortSignal;
  /** Makes the call. It must pass the signal on, so that an aborted call frees its socket. */
  readonly run: (signal: AbortSignal) => Promise<T>;
}

/**
 * Makes one call, and ends by its deadline whatever the daemon does, or as soon as its connection is closed. The race is needed:
 * docker-modem (lib/modem.js) listens only for the end of a response, so a call whose response is cut after the headers would never
 * end, whatever its timeout. An answer after the deadline is ignored.
 * @throws DependencyFault when there is no answer. `effect` is `unknown`, unless the connection was never established.
 */
export async function callDocker<T>({ operation, deadlineMs, signal, run }: DockerCall<T>): Promise<DockerReply<T>> {
  const request = new AbortController();
  const deadline = deadlineOf(operation, deadlineMs, signal);
  try {
    const answer = tellingClosed(deadline.closed, () => start(run, request.signal));
    return { kind: 'ok', value: await Promise.race([deadline.over, answer]) };
  } catch (error) {
    request.abort();
    if (error instanceof DependencyFault) throw error;
    const refusal = refusalOf(error);
    if (refusal === null) throw connectionFault(operation, error);
    return refusal;
  } finally {
    deadline.clear();
  }
}

// An async function, so that an error that the client throws synchronously becomes a rejection inside the race.
async function start<T>(run: DockerCall<T>['run'], signal: AbortSignal): Promise<T> {
  return run(signal);
}

const CUT = Object.assign(new Error('the connection was closed amid the answer'), { code: 'ECONNRESET' });

function deadlineOf(operation: string, deadlineMs: number, signal: AbortSignal | undefined) {
  let clear = () => {};
  let closed = () => {};
  const over = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(deadlineFault(operation, deadlineMs)), deadlineMs);
    const abort = () => reject(connectionFault(operation, signal?.reason));
    closed = () => reject(connectionFault(operation, CUT));
    signal?.addEventListener('abort', abort);
    if (signal?.aborted === true) abort();
    clear = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
  });
  return { over, clear: () => clear(), closed: () => closed() };
}
